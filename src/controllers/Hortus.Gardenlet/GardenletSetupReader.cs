using System.Net;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Telemetry;

namespace Hortus.Gardenlet;

/// <summary>Turns the configuration file of a gardenlet into what it works with.</summary>
internal static class GardenletSetupReader
{
    private const int DebugVerbosity = 2;

    /// <summary>How to host the gardenlet.</summary>
    /// <exception cref="SettingException">The configuration is unusable.</exception>
    public static ComponentHostOptions Hosting(GardenletOptions options)
    {
        var config = Load(options.Config);
        return new()
        {
            Name = GardenletComponent.Name,
            Kubeconfig = Text(config.SeedClientConnection?.Kubeconfig),
            HealthPort = config.Server?.HealthProbes?.Port ?? 0,
            MetricsPort = config.Server?.Metrics?.Port ?? 0,
            HealthAddress = IPAddress.TryParse(config.Server?.HealthProbes?.BindAddress, out var address) ? address : IPAddress.Any,
            Log = new LogOptions
            {
                Format = config.LogFormat == "text" ? LogFormat.Text : LogFormat.Json,
                Verbosity = config.LogLevel switch { "debug" => DebugVerbosity, "error" => -1, _ => 0 },
            },
            LeaderElection = ElectionOf(config.LeaderElection!),
            Beside = AccessOf(config) is { } access
                ? (context, token) => new GardenEntrance(access, context).StandByAsync(token)
                : null,
        };
    }

    /// <summary>What the gardenlet works with.</summary>
    /// <exception cref="SettingException">The configuration is unusable.</exception>
    public static GardenletSetup Read(GardenletOptions options)
    {
        var config = Load(options.Config);
        return new GardenletSetup
        {
            Settings = SettingsOf(config.Controllers!),
            Charts = options.Charts,
            Image = options.Image,
            Seed = new Seed { Metadata = config.SeedConfig!.Metadata, Spec = config.SeedConfig.Spec },
            GardenKubeconfig = Text(config.GardenClientConnection!.Kubeconfig),
            Access = AccessOf(config),
            Parent = ParentOf(options.Config),
            Capacity = new SeedCapacity { Capacity = config.Resources?.Capacity, Reserved = config.Resources?.Reserved },
        };
    }

    private static GardenletConfiguration Load(string file)
    {
        try
        {
            var config = GardenletConfigurationDefaults.Complete(GardenletConfigurationReader.ReadFile(System.IO.File.ReadAllText(file)));
            return config.SeedConfig?.Metadata.Name is { Length: > 0 }
                ? config
                : throw new SettingException($"--config {file}: seedConfig.metadata.name is not set: a gardenlet keeps one Seed");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or GardenletConfigurationException)
        {
            throw new SettingException($"--config {file}: {e.Message}", e);
        }
    }

    // As it was written: what is filled in when it is read is up to each gardenlet.
    private static ParentGardenlet ParentOf(string file)
    {
        var images = Environment.GetEnvironmentVariable(ImageVectorOverwrite.Variable);
        return new ParentGardenlet
        {
            Configuration = KubernetesYaml.Parse(System.IO.File.ReadAllText(file)),
            ImageVectorOverwrite = string.IsNullOrEmpty(images) ? null : System.IO.File.ReadAllText(images),
        };
    }

    private static GardenAccessSettings? AccessOf(GardenletConfiguration config)
    {
        var garden = config.GardenClientConnection!;
        if (Text(garden.Kubeconfig) is not null)
        {
            return null;
        }

        var (validity, fallback) = (garden.KubeconfigValidity!, new GardenAccessSettings { SeedName = "" });
        return new GardenAccessSettings
        {
            SeedName = config.SeedConfig!.Metadata.Name!,
            KubeconfigSecret = KeyOf(garden.KubeconfigSecret) ?? fallback.KubeconfigSecret,
            BootstrapSecret = KeyOf(garden.BootstrapKubeconfig),
            Address = garden.GardenUrl(),
            Validity = Text(validity.Validity) is { } text ? Duration.Parse(text) : null,
            JitterMin = validity.AutoRotationJitterPercentageMin ?? fallback.JitterMin,
            JitterMax = validity.AutoRotationJitterPercentageMax ?? fallback.JitterMax,
        };
    }

    private static ControllerSettings SettingsOf(GardenletControllers controllers)
    {
        var fallback = new ControllerSettings();
        return fallback with
        {
            ConcurrentShoots = controllers.Shoot?.ConcurrentSyncs ?? fallback.ConcurrentShoots,
            ShootSyncPeriod = Time(controllers.Shoot?.SyncPeriod, fallback.ShootSyncPeriod),
            ShootRetryDuration = Time(controllers.Shoot?.RetryDuration, fallback.ShootRetryDuration),
            ShootCarePeriod = Time(controllers.ShootCare?.SyncPeriod, fallback.ShootCarePeriod),
            ShootGraceTimes = GraceTimes.From(controllers.ShootCare?.ConditionThresholds),
            SeedSyncPeriod = Time(controllers.Seed?.SyncPeriod, fallback.SeedSyncPeriod),
            SeedCarePeriod = Time(controllers.SeedCare?.SyncPeriod, fallback.SeedCarePeriod),
            SeedGraceTimes = GraceTimes.From(controllers.SeedCare?.ConditionThresholds),
            LeaseRenewalPeriod = controllers.Seed?.LeaseResyncSeconds is > 0 and var seconds
                ? TimeSpan.FromSeconds(seconds)
                : fallback.LeaseRenewalPeriod,
            LeaseMissesMax = controllers.Seed?.LeaseResyncMissThreshold is > 0 and var misses ? misses : fallback.LeaseMissesMax,
            ConcurrentBackupBuckets = controllers.BackupBucket?.ConcurrentSyncs ?? fallback.ConcurrentBackupBuckets,
            ConcurrentControllerInstallations =
                controllers.ControllerInstallation?.ConcurrentSyncs ?? fallback.ConcurrentControllerInstallations,
            ControllerInstallationCarePeriod =
                Time(controllers.ControllerInstallationCare?.SyncPeriod, fallback.ControllerInstallationCarePeriod),
            GardenletSyncPeriod = Time(controllers.Gardenlet?.SyncPeriod, fallback.GardenletSyncPeriod),
            ConcurrentManagedSeeds = controllers.ManagedSeed?.ConcurrentSyncs ?? fallback.ConcurrentManagedSeeds,
            ManagedSeedSyncPeriod = Time(controllers.ManagedSeed?.SyncPeriod, fallback.ManagedSeedSyncPeriod),
            ManagedSeedWaitPeriod = Time(controllers.ManagedSeed?.WaitSyncPeriod, fallback.ManagedSeedWaitPeriod),
            ManagedSeedJitterPeriod = Time(controllers.ManagedSeed?.SyncJitterPeriod, fallback.ManagedSeedJitterPeriod),
            ManagedSeedJitterUpdates = controllers.ManagedSeed?.JitterUpdates ?? fallback.ManagedSeedJitterUpdates,
        };
    }

    private static LeaderElectionOptions? ElectionOf(LeaderElectionSettings election)
    {
        var fallback = new LeaderElectionOptions { Namespace = GardenerNames.GardenNamespace, Name = GardenletNames.LeaderElection };
        return election.LeaderElect == false ? null : new LeaderElectionOptions
        {
            Namespace = Text(election.ResourceNamespace) ?? fallback.Namespace,
            Name = Text(election.ResourceName) ?? fallback.Name,

            // A container that is restarted in its pod goes on at once with the lease that it had.
            Identity = Text(Environment.GetEnvironmentVariable("POD_NAME")),
            LeaseDuration = Time(election.LeaseDuration, fallback.LeaseDuration),
            RenewDeadline = Time(election.RenewDeadline, fallback.RenewDeadline),
            RetryPeriod = Time(election.RetryPeriod, fallback.RetryPeriod),
        };
    }

    private static ObjectKey? KeyOf(SecretReference? reference) =>
        reference is { Name.Length: > 0 }
            ? new ObjectKey(Text(reference.Namespace) ?? GardenerNames.GardenNamespace, reference.Name)
            : null;

    private static TimeSpan Time(string? text, TimeSpan fallback) => Text(text) is { } given ? Duration.Parse(given) : fallback;

    private static string? Text(string? value) => value is { Length: > 0 } ? value : null;
}
