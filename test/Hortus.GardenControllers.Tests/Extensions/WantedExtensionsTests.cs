using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Kubernetes;
using static Hortus.GardenControllers.Tests.Extensions.ExtensionSamples;

namespace Hortus.GardenControllers.Tests.Extensions;

public class WantedExtensionsTests
{
    private static readonly GardenDomains NoDomains = new(null, []);
    private static readonly Seed Seed = Samples.Seed("one");
    private static readonly Shoot Shoot = Samples.Shoot("garden-a", "a");

    [Fact]
    public void A_seed_needs_its_provider_its_dns_and_what_is_enabled_for_it()
    {
        var seed = Seed with
        {
            Spec = Seed.Spec with
            {
                Dns = new SeedDNS { Provider = new SeedDNSProvider { Type = "route53" } },
                Extensions = [new Extension { Type = "chosen" }, new Extension { Type = "unwanted", Disabled = true }],
            },
        };

        Texts(WantedExtensions.OfSeed(seed, [Automatic("seed", "auto", "unwanted"), Automatic("shoot", "other")])).ShouldBe(
        [
            "ControlPlane/local", "DNSRecord/route53", "Extension/auto", "Extension/chosen", "Infrastructure/local", "Worker/local",
        ]);
        WantedExtensions.OfSeed(seed.Deleting(), [Automatic("seed", "auto")]).ShouldBeEmpty();
    }

    [Fact]
    public void A_shoot_needs_its_provider_its_network_its_images_and_the_seeds_control_plane()
    {
        var shoot = Shoot with
        {
            Spec = Shoot.Spec with
            {
                Provider = new Provider
                {
                    Type = "aws",
                    Workers =
                    [
                        new Worker
                        {
                            Machine = new Machine { Image = new ShootMachineImage { Name = "suse" } },
                            Cri = new CRI { Name = "containerd", ContainerRuntimes = [new ContainerRuntime { Type = "gvisor" }] },
                        },
                        new Worker { Machine = new Machine { Image = new ShootMachineImage { Name = "ubuntu" } } },
                    ],
                },
            },
        };

        Texts(WantedExtensions.OfShoot(shoot, Seed, NoDomains, [])).ShouldBe(
        [
            "ContainerRuntime/gvisor", "ControlPlane/aws", "ControlPlane/local", "Infrastructure/aws", "Network/calico",
            "OperatingSystemConfig/suse", "OperatingSystemConfig/ubuntu", "Worker/aws",
        ]);
    }

    [Fact]
    public void A_shoot_without_workers_needs_only_what_works_without()
    {
        var shoot = Shoot with
        {
            Spec = Shoot.Spec with { Provider = new Provider { Type = "local" }, Extensions = [new Extension { Type = "chosen" }] },
        };
        var able = Automatic("shoot", "able") is { } registration
            ? registration with { Spec = registration.Spec with { Resources = [registration.Spec.Resources![0] with { WorkerlessSupported = true }] } }
            : null;

        Texts(WantedExtensions.OfShoot(shoot, Seed, NoDomains, [able!, Automatic("shoot", "unable")]))
            .ShouldBe(["ControlPlane/local", "Extension/able", "Extension/chosen"]);
        Texts(WantedExtensions.OfShoot(Shoot, Seed, NoDomains, [Automatic("shoot", "unable")])).ShouldContain("Extension/unable");
    }

    [Fact]
    public void Backups_need_the_provider_of_their_bucket()
    {
        BackupBucket Bucket(string name, string? seed, string type) => new()
        {
            Metadata = new ObjectMeta { Name = name },
            Spec = new BackupBucketSpec { SeedName = seed, Provider = new BackupBucketProvider { Type = type } },
        };
        BackupEntry Entry(string seed, string bucket) => new() { Spec = new BackupEntrySpec { SeedName = seed, BucketName = bucket } };
        var backed = Seed with { Spec = Seed.Spec with { Backup = new Backup { Provider = "gcp" } } };

        Texts(WantedExtensions.OfBackups(
            "one", [Bucket("a", "one", "aws"), Bucket("b", "two", "azure")],
            [Entry("one", "b"), Entry("one", "unknown"), Entry("two", "a")])).ShouldBe(["BackupBucket/aws", "BackupEntry/azure"]);
        Texts(WantedExtensions.OfShoot(Shoot, backed, NoDomains, [])).ShouldContain("BackupEntry/gcp");
    }

    [Theory]
    [InlineData(null, null, "DNSRecord/default,DNSRecord/internal")]
    [InlineData("mine.default.example", null, "DNSRecord/default,DNSRecord/internal")]
    [InlineData("mine.example", "aws", "DNSRecord/aws,DNSRecord/internal")]
    [InlineData("mine.example", "unmanaged", "DNSRecord/internal")]
    [InlineData("mine.default.example", "aws", "DNSRecord/aws,DNSRecord/default,DNSRecord/internal")]
    public void Records_are_made_by_who_serves_the_domains(string? domain, string? primary, string expected)
    {
        var domains = GardenDomains.Of(Seed, [DomainSecret("default-domain", "default"), DomainSecret("internal-domain", "internal")]);
        var shoot = Shoot with
        {
            Spec = Shoot.Spec with
            {
                Dns = new Dns
                {
                    Domain = domain,
                    Providers = primary is null ? null : [new DNSProvider { Type = "late" }, new DNSProvider { Type = primary, Primary = true }],
                },
            },
        };

        string.Join(',', Texts(WantedExtensions.OfShoot(shoot, Seed, domains, [])).Where(p => p.StartsWith("DNS", StringComparison.Ordinal)))
            .ShouldBe(expected);
    }

    [Fact]
    public void Domains_of_the_seed_come_before_those_of_the_garden()
    {
        var seed = Seed with
        {
            Spec = Seed.Spec with
            {
                Dns = new SeedDNS
                {
                    Internal = new SeedDNSProviderConfig { Type = "own", Domain = "own.example" },
                    Defaults = [new SeedDNSProviderConfig { Type = "first", Domain = "first.example" }],
                },
            },
        };

        GardenDomains.Of(seed, [DomainSecret("internal-domain", "internal"), DomainSecret("default-domain", "default")])
            .ProvidersOf(Shoot).ShouldBe(["own", "first"]);
    }

    private static Secret DomainSecret(string role, string provider) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = role,
            Labels = new Dictionary<string, string> { ["gardener.cloud/role"] = role },
            Annotations = new Dictionary<string, string>
            {
                ["dns.gardener.cloud/provider"] = provider,
                ["dns.gardener.cloud/domain"] = provider + ".example",
            },
        },
    };

    private static ControllerRegistration Automatic(string clusterType, params string[] types) => new()
    {
        Metadata = new ObjectMeta { Name = "auto" },
        Spec = new ControllerRegistrationSpec
        {
            Resources = [.. types.Select(type => new ControllerResource { Kind = "Extension", Type = type, AutoEnable = [clusterType] })],
        },
    };

    private static IEnumerable<string> Texts(IEnumerable<ExtensionPair> pairs) =>
        pairs.Distinct().Select(pair => pair.ToString()).Order(StringComparer.Ordinal);
}
