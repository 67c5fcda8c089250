namespace Hortus.Objects.Gardener.GardenletConfig;

/// <summary>The values of fields that a configuration leaves out, as a gardenlet uses them.</summary>
public static class GardenletConfigurationDefaults
{
    /// <summary>Capacity for shoots of a seed whose configuration names none.</summary>
    public const int ShootCapacity = 250;

    private const double Qps = 50;
    private const int Burst = 100;
    private const int Workers = 20;
    private const int FewWorkers = 5;
    private const int RotationPercentageMin = 70;
    private const int RotationPercentageMax = 90;
    private const int LeaseResyncSeconds = 2;
    private const int LeaseResyncMissThreshold = 10;
    private const int DnsTtlSeconds = 120;
    private const int HealthPort = 2728;
    private const int MetricsPort = 2729;

    /// <summary>A copy in which every field that the gardenlet reads has a value; seed, features and capacity stay as they are.</summary>
    public static GardenletConfiguration Complete(GardenletConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return configuration with
        {
            GardenClientConnection = Garden(configuration.GardenClientConnection ?? new GardenClientConnection()),
            SeedClientConnection = Client(configuration.SeedClientConnection ?? new ClientConnection()),
            ShootClientConnection = Client(configuration.ShootClientConnection ?? new ClientConnection()),
            Controllers = Controllers(configuration.Controllers ?? new GardenletControllers()),
            LeaderElection = LeaderElection(configuration.LeaderElection ?? new LeaderElectionSettings()),
            LogLevel = Or(configuration.LogLevel, "info"),
            LogFormat = Or(configuration.LogFormat, "json"),
            Server = new ServerConfiguration
            {
                HealthProbes = Server(configuration.Server?.HealthProbes, HealthPort),
                Metrics = Server(configuration.Server?.Metrics, MetricsPort),
            },
        };
    }

    private static string Or(string? text, string other) => string.IsNullOrEmpty(text) ? other : text;

    private static GardenClientConnection Garden(GardenClientConnection connection)
    {
        var validity = connection.KubeconfigValidity ?? new KubeconfigValidity();
        return Client(connection) with
        {
            KubeconfigValidity = validity with
            {
                AutoRotationJitterPercentageMin = validity.AutoRotationJitterPercentageMin ?? RotationPercentageMin,
                AutoRotationJitterPercentageMax = validity.AutoRotationJitterPercentageMax ?? RotationPercentageMax,
            },
        };
    }

    private static T Client<T>(T connection) where T : ClientConnectionSettings => (T)(connection with
    {
        Qps = connection.Qps is null or 0 ? Qps : connection.Qps,
        Burst = connection.Burst is null or 0 ? Burst : connection.Burst,
    });

    private static ServerAddress Server(ServerAddress? server, int port) => (server ?? new ServerAddress()) with
    {
        BindAddress = server?.BindAddress ?? "",
        Port = server?.Port is null or 0 ? port : server.Port,
    };

    private static LeaderElectionSettings LeaderElection(LeaderElectionSettings election) => election with
    {
        LeaderElect = election.LeaderElect ?? true,
        LeaseDuration = Or(election.LeaseDuration, "15s"),
        RenewDeadline = Or(election.RenewDeadline, "10s"),
        RetryPeriod = Or(election.RetryPeriod, "2s"),
        ResourceLock = Or(election.ResourceLock, "leases"),
        ResourceName = Or(election.ResourceName, "gardenlet-leader-election"),
        ResourceNamespace = Or(election.ResourceNamespace, "garden"),
    };

    private static GardenletControllers Controllers(GardenletControllers controllers) => controllers with
    {
        CacheSyncTimeout = Or(controllers.CacheSyncTimeout, "2m"),
        BackupBucket = Worker(controllers.BackupBucket, Workers),
        BackupEntry = (controllers.BackupEntry ?? new BackupEntryControllerSettings()) with
        {
            ConcurrentSyncs = controllers.BackupEntry?.ConcurrentSyncs ?? Workers,
            DeletionGracePeriodHours = Math.Max(0, controllers.BackupEntry?.DeletionGracePeriodHours ?? 0),
        },
        Bastion = Worker(controllers.Bastion, Workers),
        ControllerInstallation = Worker(controllers.ControllerInstallation, Workers),
        ControllerInstallationCare = Periodic(controllers.ControllerInstallationCare, Workers, "30s"),
        ControllerInstallationRequired = Worker(controllers.ControllerInstallationRequired, 1),
        Gardenlet = new PeriodicSettings { SyncPeriod = Or(controllers.Gardenlet?.SyncPeriod, "1h") },
        Seed = Seed(controllers.Seed ?? new SeedControllerSettings()),
        SeedCare = (controllers.SeedCare ?? new SeedCareControllerSettings()) with
        {
            SyncPeriod = Or(controllers.SeedCare?.SyncPeriod, "30s"),
        },
        Shoot = Shoot(controllers.Shoot ?? new ShootControllerSettings()),
        ShootCare = ShootCare(controllers.ShootCare ?? new ShootCareControllerSettings()),
        ShootState = Periodic(controllers.ShootState, FewWorkers, "6h"),
        ShootStatus = Worker(controllers.ShootStatus, FewWorkers),
        NetworkPolicy = (controllers.NetworkPolicy ?? new NetworkPolicyControllerSettings()) with
        {
            ConcurrentSyncs = controllers.NetworkPolicy?.ConcurrentSyncs ?? FewWorkers,
        },
        ManagedSeed = ManagedSeed(controllers.ManagedSeed ?? new ManagedSeedControllerSettings()),
        TokenRequestorServiceAccount = Worker(controllers.TokenRequestorServiceAccount, FewWorkers),
        TokenRequestorWorkloadIdentity = new TokenRequestorWorkloadIdentitySettings
        {
            ConcurrentSyncs = controllers.TokenRequestorWorkloadIdentity?.ConcurrentSyncs ?? FewWorkers,
            TokenExpirationDuration = Or(controllers.TokenRequestorWorkloadIdentity?.TokenExpirationDuration, "6h"),
        },
        VPAEvictionRequirements = Worker(controllers.VPAEvictionRequirements, FewWorkers),
    };

    private static WorkerSettings Worker(WorkerSettings? settings, int workers) =>
        new() { ConcurrentSyncs = settings?.ConcurrentSyncs ?? workers };

    private static PeriodicWorkerSettings Periodic(PeriodicWorkerSettings? settings, int workers, string period) => new()
    {
        ConcurrentSyncs = settings?.ConcurrentSyncs ?? workers,
        SyncPeriod = Or(settings?.SyncPeriod, period),
    };

    private static SeedControllerSettings Seed(SeedControllerSettings settings) => settings with
    {
        SyncPeriod = Or(settings.SyncPeriod, "1m"),
        LeaseResyncSeconds = settings.LeaseResyncSeconds ?? LeaseResyncSeconds,
        LeaseResyncMissThreshold = settings.LeaseResyncMissThreshold ?? LeaseResyncMissThreshold,
    };

    private static ShootControllerSettings Shoot(ShootControllerSettings settings) => settings with
    {
        ConcurrentSyncs = settings.ConcurrentSyncs ?? Workers,
        SyncPeriod = Or(settings.SyncPeriod, "1h"),
        RespectSyncPeriodOverwrite = settings.RespectSyncPeriodOverwrite ?? false,
        ReconcileInMaintenanceOnly = settings.ReconcileInMaintenanceOnly ?? false,
        RetryDuration = Or(settings.RetryDuration, "12h"),
        DNSEntryTTLSeconds = settings.DNSEntryTTLSeconds ?? DnsTtlSeconds,
    };

    private static ShootCareControllerSettings ShootCare(ShootCareControllerSettings settings) => settings with
    {
        ConcurrentSyncs = settings.ConcurrentSyncs ?? Workers,
        SyncPeriod = Or(settings.SyncPeriod, "1m"),
        StaleExtensionHealthChecks = new StaleExtensionHealthChecks
        {
            Enabled = settings.StaleExtensionHealthChecks?.Enabled ?? true,
            Threshold = Or(settings.StaleExtensionHealthChecks?.Threshold, "5m"),
        },
    };

    private static ManagedSeedControllerSettings ManagedSeed(ManagedSeedControllerSettings settings) => settings with
    {
        ConcurrentSyncs = settings.ConcurrentSyncs ?? Workers,
        SyncPeriod = Or(settings.SyncPeriod, "1h"),
        WaitSyncPeriod = Or(settings.WaitSyncPeriod, "15s"),
        SyncJitterPeriod = Or(settings.SyncJitterPeriod, "5m"),
        JitterUpdates = settings.JitterUpdates ?? false,
    };
}
