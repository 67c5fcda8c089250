using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator.Tests;

public sealed class GardenRecordsTests
{
    [Fact]
    public void Every_name_of_the_garden_gets_a_record()
    {
        var records = GardenRecords.Of(Garden(), "10.2.0.7");

        records.Select(record => (record.Metadata.Name, record.Spec.Name)).ShouldBe(
        [
            ("api-garden-example-local", "api.garden.example"),
            ("gardener-garden-example-local", "gardener.garden.example"),
            ("api-other-example-cloud", "api.other.example"),
            ("gardener-other-example-cloud", "gardener.other.example"),
            ("wildcard-ingress-example-local", "*.ingress.example"),
        ]);
        foreach (var record in records)
        {
            record.Metadata.Namespace.ShouldBe("garden");
            record.Metadata.Label("origin").ShouldBe("gardener-operator");
            record.Spec.Class.ShouldBe("garden");
            record.Spec.RecordType.ShouldBe("A");
            record.Spec.Values.ShouldBe(["10.2.0.7"]);
        }
    }

    [Fact]
    public void A_record_has_what_its_provider_needs()
    {
        var records = GardenRecords.Of(Garden(), "10.2.0.7");

        var own = records.Single(record => record.Spec.Name == "api.garden.example").Spec;
        own.SecretRef.ShouldBe(new SecretReference { Namespace = "garden", Name = "secret-1" });
        own.ProviderConfig.ShouldBeNull();
        var other = records.Single(record => record.Spec.Name == "api.other.example").Spec;
        other.Type.ShouldBe("cloud");
        other.ProviderConfig!.Value.GetProperty("zone").GetString().ShouldBe("z1");
    }

    [Theory]
    [InlineData("10.2.0.7", "A")]
    [InlineData("fd00::7", "AAAA")]
    [InlineData("lb.example.com", "CNAME")]
    public void The_type_follows_the_address(string address, string type) =>
        GardenRecords.Of(Garden(), address)[0].Spec.RecordType.ShouldBe(type);

    [Fact]
    public void A_garden_without_providers_has_no_records() =>
        GardenRecords.Of(OperatorWorld.NewGarden(), "10.2.0.7").ShouldBeEmpty();

    [Fact]
    public void A_provider_that_is_not_there_is_named()
    {
        var garden = Garden();
        var dns = garden.Spec.Dns! with { Providers = [garden.Spec.Dns.Providers[0]] };

        Should.Throw<InvalidOperationException>(
            () => GardenRecords.Of(garden with { Spec = garden.Spec with { Dns = dns } }, "10.2.0.7")).Message
            .ShouldBe("domain api.other.example is to be served by the DNS provider \"second\", which spec.dns.providers does not have");
    }

    private static Garden Garden()
    {
        var garden = OperatorWorld.NewGarden();
        return garden with
        {
            Spec = garden.Spec with
            {
                Dns = new DNSManagement
                {
                    Providers =
                    [
                        new DNSProvider { Name = "first", Type = "local", SecretRef = new LocalObjectReference { Name = "secret-1" } },
                        new DNSProvider
                        {
                            Name = "second",
                            Type = "cloud",
                            SecretRef = new LocalObjectReference { Name = "secret-2" },
                            ProviderConfig = JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["zone"] = "z1" }),
                        },
                    ],
                },
                RuntimeCluster = garden.Spec.RuntimeCluster with
                {
                    Ingress = garden.Spec.RuntimeCluster.Ingress with
                    {
                        Domains = [new DNSDomain { Name = "ingress.example", Provider = "first" }],
                    },
                },
                VirtualCluster = garden.Spec.VirtualCluster with
                {
                    Dns = new DNS
                    {
                        Domains =
                        [
                            new DNSDomain { Name = "garden.example", Provider = "first" },
                            new DNSDomain { Name = "other.example", Provider = "second" },
                        ],
                    },
                },
            },
        };
    }
}
