using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;

namespace Hortus.GardenControllers.Tests;

/// <summary>Valid objects.</summary>
internal static class Samples
{
    public static CloudProfile Profile(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new CloudProfileSpec
        {
            Type = "local",
            Kubernetes = new KubernetesSettings { Versions = [new ExpirableVersion { Version = "1.33.4" }] },
            MachineImages = [new MachineImage { Name = "local", Versions = [new MachineImageVersion { Version = "1.0.0" }] }],
            MachineTypes =
            [
                new MachineType
                {
                    Name = "local", Cpu = Quantity.Parse("2"), Gpu = Quantity.Parse("0"), Memory = Quantity.Parse("8Gi"),
                },
            ],
            Regions = [new Region { Name = "local" }],
        },
    };

    public static CredentialsBinding Binding(string space, string name) => new()
    {
        Metadata = new ObjectMeta { Namespace = space, Name = name },
        Provider = new CredentialsBindingProvider { Type = "local" },
        CredentialsRef = new ObjectReference { ApiVersion = "v1", Kind = "Secret", Namespace = space, Name = name },
    };

    public static Shoot Shoot(string space, string name) => new()
    {
        Metadata = new ObjectMeta { Namespace = space, Name = name },
        Spec = new ShootSpec
        {
            CloudProfile = new CloudProfileReference { Kind = "CloudProfile", Name = name },
            CredentialsBindingName = name,
            Region = "local",
            Networking = new Networking { Type = "calico", Nodes = "10.0.0.0/16" },
            Kubernetes = new Objects.Gardener.Core.Kubernetes { Version = "1.33.4" },
            Provider = new Provider
            {
                Type = "local",
                Workers = [new Worker { Name = "local", Machine = new Machine { Type = "local" }, Minimum = 0, Maximum = 1 }],
            },
        },
    };

    public static Seed Seed(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        Spec = new SeedSpec
        {
            Provider = new SeedProvider { Type = "local", Region = "local" },
            Networks = new SeedNetworks { Pods = "10.1.0.0/16", Services = "10.2.0.0/16" },
        },
    };
}
