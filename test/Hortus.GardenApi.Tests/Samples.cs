using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using Volume = Hortus.Objects.Gardener.Core.Volume;

namespace Hortus.GardenApi.Tests;

/// <summary>Valid objects from which tests make faulty ones.</summary>
internal static class Samples
{
    public static Shoot ValidShoot { get; } = ShootDefaults.Apply(new Shoot
    {
        Metadata = new ObjectMeta { Name = "mine", Namespace = "garden-local", Uid = "1", Generation = 1 },
        Spec = new ShootSpec
        {
            CloudProfile = new CloudProfileReference { Kind = "CloudProfile", Name = "local" },
            CredentialsBindingName = "local",
            Region = "local",
            Networking = new Networking
            {
                Type = "calico",
                Nodes = "10.0.0.0/16",
                Pods = "10.3.0.0/16",
                Services = "10.4.0.0/16",
            },
            Kubernetes = new Objects.Gardener.Core.Kubernetes { Version = "1.34.7" },
            Provider = new Provider { Type = "local", Workers = [ValidWorker] },
        },
    });

    public static Worker ValidWorker => new()
    {
        Name = "pool",
        Minimum = 1,
        Maximum = 2,
        Machine = new Machine { Type = "local", Image = new ShootMachineImage { Name = "local", Version = "1.0.0" } },
        Volume = new Volume { Size = "20Gi", Type = "fast" },
    };

    public static CloudProfile ValidProfile { get; } = GardenDefaults.Apply(new CloudProfile
    {
        Metadata = new ObjectMeta { Name = "local" },
        Spec = new CloudProfileSpec
        {
            Type = "local",
            Kubernetes = new KubernetesSettings
            {
                Versions =
                [
                    new ExpirableVersion { Version = "1.35.4" },
                    new ExpirableVersion { Version = "1.34.7" },
                    new ExpirableVersion { Version = "1.34.6" },
                    new ExpirableVersion { Version = "1.33.1", ExpirationDate = Past },
                    new ExpirableVersion { Version = "1.36.0", Classification = "preview" },
                ],
            },
            MachineImages =
            [
                new MachineImage
                {
                    Name = "local",
                    Versions =
                    [
                        new MachineImageVersion { Version = "1.0.0" },
                        new MachineImageVersion { Version = "1.1.0" },
                        new MachineImageVersion { Version = "2.0.0", Classification = "preview" },
                        new MachineImageVersion { Version = "0.9.0", ExpirationDate = Past },
                    ],
                },
            ],
            MachineTypes =
            [
                new MachineType { Name = "local", Cpu = Quantity.Parse(
                    "2"), Gpu = Quantity.Parse("0"), Memory = Quantity.Parse("8Gi") },
                new MachineType
                {
                    Name = "arm", Architecture = "arm64", Cpu = Quantity.Parse(
                        "2"), Gpu = Quantity.Parse("0"), Memory = Quantity.Parse("8Gi"),
                },
            ],
            VolumeTypes = [new VolumeType { Name = "fast", Class = "premium", MinSize = Quantity.Parse("10Gi") }],
            Regions = [new Region { Name = "local", Zones = [new AvailabilityZone { Name = "0" }] }],
        },
    });

    public static Seed ValidSeed { get; } = GardenDefaults.Apply(new Seed
    {
        Metadata = new ObjectMeta { Name = "local" },
        Spec = new SeedSpec
        {
            Provider = new SeedProvider { Type = "local", Region = "local" },
            Networks = new SeedNetworks
            {
                Nodes = "172.18.0.0/24",
                Pods = "10.1.0.0/16",
                Services = "10.2.0.0/16",
                ShootDefaults = new ShootNetworks { Pods = "10.3.0.0/16", Services = "10.4.0.0/16" },
            },
        },
    });

    public static Project ValidProject { get; } = GardenDefaults.Apply(new Project
    {
        Metadata = new ObjectMeta { Name = "local" },
        Spec = new ProjectSpec { Namespace = "garden-local" },
    });

    public static CredentialsBinding ValidBinding { get; } = new()
    {
        Metadata = new ObjectMeta { Name = "local", Namespace = "garden-local" },
        Provider = new CredentialsBindingProvider { Type = "local" },
        CredentialsRef =
            new ObjectReference { ApiVersion = "v1", Kind = "Secret", Name = "local", Namespace = "garden-local" },
    };

    public static DateTimeOffset Now { get; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static DateTimeOffset Past => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The shoot with another spec.</summary>
    public static Shoot With(this Shoot shoot, Func<ShootSpec, ShootSpec> change) =>
        shoot with { Spec = change(shoot.Spec) };

    /// <summary>The shoot with another first worker pool.</summary>
    public static Shoot WithWorker(this Shoot shoot, Func<Worker, Worker> change) => shoot.With(s => s with
    {
        Provider = s.Provider with { Workers = [change(s.Provider.Workers![0]), .. s.Provider.Workers.Skip(1)] },
    });

    /// <summary>The shoot with other Kubernetes settings.</summary>
    public static Shoot WithKubernetes(
        this Shoot shoot, Func<Objects.Gardener.Core.Kubernetes, Objects.Gardener.Core.Kubernetes> change) =>
        shoot.With(s => s with { Kubernetes = change(s.Kubernetes) });

    /// <summary>The shoot with other networks.</summary>
    public static Shoot WithNetworking(this Shoot shoot, Func<Networking, Networking> change) =>
        shoot.With(s => s with { Networking = change(s.Networking!) });

    /// <summary>Runs a check and gives its faults as users see them.</summary>
    public static IReadOnlyList<string> Faults(Action<FieldErrors> check)
    {
        var errors = new FieldErrors();
        check(errors);
        return [.. errors.All.Select(e => e.ToString())];
    }
}
