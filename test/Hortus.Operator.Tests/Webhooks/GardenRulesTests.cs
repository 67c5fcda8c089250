using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Operator.Webhooks;

namespace Hortus.Operator.Tests.Webhooks;

public sealed class GardenRulesTests
{
    [Fact]
    public void Gardens_of_the_other_tests_have_no_faults()
    {
        Faults(OperatorWorld.NewGarden()).ShouldBeEmpty();
        Faults(OperatorWorld.WithExtensions()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(null, "embedded", null)]
    [InlineData("embedded", null, null)]
    [InlineData("etcd", "etcd", null)]
    [InlineData(null, "etcd", "Invalid value: \"etcd\": the store is embedded and stays so: nothing copies objects from one to the other")]
    [InlineData("etcd", null, "Invalid value: \"embedded\": the store is etcd and stays so: nothing copies objects from one to the other")]
    public void The_store_is_chosen_once(string? before, string? after, string? fault) =>
        Faults(OnStore(after), OnStore(before)).ShouldBe(
            fault is null ? (string[])[] : [$"metadata.annotations[operator.hortus.dev/store]: {fault}"]);

    [Fact]
    public void A_store_that_there_is_not_is_named_with_those_that_there_are() =>
        Faults(OnStore("sqlite")).ShouldHaveSingleItem().ShouldBe(
            "metadata.annotations[operator.hortus.dev/store]: Unsupported value: \"sqlite\": supported values: \"embedded\", \"etcd\"");

    private static Garden OnStore(string? store)
    {
        var garden = OperatorWorld.NewGarden();
        return store is null
            ? garden
            : garden with
            {
                Metadata = garden.Metadata with
                {
                    Annotations = new Dictionary<string, string> { ["operator.hortus.dev/store"] = store },
                },
            };
    }

    [Theory]
    [InlineData(
        "virtualCluster.dns.domains", """[{"name":"garden.example","provider":"primry"}]""",
        "spec.virtualCluster.dns.domains[0].provider: Invalid value: \"primry\": provider name not found in .spec.dns.providers, which has primary")]
    [InlineData(
        "runtimeCluster.ingress.domains", """[{"name":"ingress.example"}]""",
        "spec.runtimeCluster.ingress.domains[0].provider: Required value: provider name must be set if `.spec.dns` is set")]
    [InlineData(
        "virtualCluster.dns.domains", """[{"name":"a.example","provider":"primary"},{"name":"a.example","provider":"primary"}]""",
        "spec.virtualCluster.dns.domains[1].name: Duplicate value: \"a.example\"")]
    [InlineData(
        "virtualCluster.dns.domains", """[{"name":"*.example","provider":"primary"}]""",
        "spec.virtualCluster.dns.domains[0].name: Invalid value: \"*.example\": must be a DNS name in lower case")]
    [InlineData(
        "dns.providers",
        """[{"name":"primary","type":"local","secretRef":{"name":"x"}},{"name":"primary","type":"other","secretRef":{"name":"x"}}]""",
        "spec.dns.providers[1].name: Duplicate value: \"primary\"")]
    [InlineData(
        "dns.providers", """[{"name":"primary","type":"local","secretRef":{}}]""",
        "spec.dns.providers[0].secretRef.name: Required value: must name a Secret of the namespace garden")]
    [InlineData(
        "extensions", """[{"type":"a"},{"type":"a"}]""", "spec.extensions[1].type: Duplicate value: \"a\"")]
    [InlineData(
        "virtualCluster.etcd.main.backup.secretRef", "{}",
        "spec.virtualCluster.etcd.main.backup.secretRef.name: Required value: must name a Secret of the namespace garden")]
    [InlineData(
        "runtimeCluster.provider", "{}",
        "spec.virtualCluster.etcd.main.backup.region: Required value: must be set, or spec.runtimeCluster.provider.region")]
    [InlineData(
        "virtualCluster.etcd.main.backup.bucketName", "\"/folder\"",
        "spec.virtualCluster.etcd.main.backup.bucketName: Invalid value: \"/folder\": must be a DNS name in lower case, which may be "
            + "followed by a slash and a folder")]
    [InlineData(
        "virtualCluster.networking.services", """["100.64.0.0"]""",
        "spec.virtualCluster.networking.services[0]: Invalid value: \"100.64.0.0\": must be a network in CIDR form, such as 10.1.0.0/16")]
    [InlineData(
        "virtualCluster.networking.services", """["10.1.128.0/17"]""",
        "spec.virtualCluster.networking.services[0]: Invalid value: \"10.1.128.0/17\": service network of virtual cluster intersects with "
            + "pod network of runtime cluster (spec.runtimeCluster.networking.pods[0]: 10.1.0.0/16)")]
    [InlineData(
        "virtualCluster.networking.services", """["100.64.0.0/13","100.72.0.0/13"]""",
        "spec.virtualCluster.networking.services: Forbidden: service ranges must be of different IP families")]
    [InlineData(
        "virtualCluster.kubernetes.version", "\"latest\"",
        "spec.virtualCluster.kubernetes.version: Invalid value: \"latest\": must be a version such as 1.35.4")]
    public void A_fault_is_named_with_its_field(string field, string value, string fault) =>
        Faults(With(OperatorWorld.WithExtensions(), field, value)).ShouldContain(fault);

    [Theory]
    [InlineData(
        "virtualCluster.dns.domains", """[{"name":"other.example","provider":"primary"}]""",
        "spec.virtualCluster.dns.domains[0].name: Invalid value: \"other.example\": field is immutable: it is garden.example")]
    [InlineData(
        "runtimeCluster.ingress.domains", """[{"name":"other.example","provider":"primary"}]""",
        "spec.runtimeCluster.ingress.domains[0].name: Invalid value: \"other.example\": field is immutable: it is ingress.example")]
    [InlineData(
        "virtualCluster.etcd", "{}",
        "spec.virtualCluster.etcd.main.backup: Forbidden: backup must not be deactivated if it was set before")]
    [InlineData(
        "virtualCluster.etcd.main.backup.provider", "\"s3\"",
        "spec.virtualCluster.etcd.main.backup.provider: Invalid value: \"s3\": field is immutable: it is local")]
    [InlineData(
        "virtualCluster.etcd.main.backup.bucketName", "\"other\"",
        "spec.virtualCluster.etcd.main.backup.bucketName: Invalid value: \"other\": field is immutable")]
    [InlineData(
        "runtimeCluster.provider.region", "\"region-2\"",
        "spec.virtualCluster.etcd.main.backup.region: Invalid value: \"region-2\": field is immutable: it is region-1")]
    [InlineData(
        "runtimeCluster.networking.pods", """["10.7.0.0/16"]""",
        "spec.runtimeCluster.networking.pods[0]: Invalid value: \"10.7.0.0/16\": field is immutable: it is 10.1.0.0/16")]
    [InlineData(
        "virtualCluster.kubernetes.version", "\"1.34.9\"",
        "spec.virtualCluster.kubernetes.version: Forbidden: downgrade from 1.35.4 to 1.34.9 is not possible")]
    [InlineData(
        "virtualCluster.kubernetes.version", "\"1.37.0\"",
        "spec.virtualCluster.kubernetes.version: Forbidden: minor versions cannot be skipped: from 1.35.4, 1.36 comes next")]
    public void A_change_that_would_break_the_garden_is_a_fault(string field, string value, string fault)
    {
        var old = OperatorWorld.WithExtensions();

        Faults(With(old, field, value), old).ShouldContain(fault);
    }

    [Theory]
    [InlineData(
        "virtualCluster.dns.domains",
        """[{"name":"garden.example","provider":"primary"},{"name":"other.example","provider":"primary"}]""")]
    [InlineData("virtualCluster.etcd.main.backup.region", "\"region-1\"")]
    [InlineData("virtualCluster.etcd.main.backup.bucketName", "\"\"")]
    [InlineData("virtualCluster.etcd.main.backup.secretRef.name", "\"rotated\"")]
    [InlineData("virtualCluster.kubernetes.version", "\"1.36.0\"")]
    public void Other_changes_are_free(string field, string value)
    {
        var old = OperatorWorld.WithExtensions();

        Faults(With(old, field, value), old).ShouldBeEmpty();
    }

    private static string[] Faults(Garden garden, Garden? old = null) =>
        [.. GardenRules.Check(garden, old).All.Select(fault => fault.ToString())];

    private static Garden With(Garden garden, string field, string value)
    {
        var json = KubernetesJson.ToNode(garden);
        var path = field.Split('.');
        var at = json["spec"]!.AsObject();
        foreach (var step in path[..^1])
        {
            at = at[step]!.AsObject();
        }

        at[path[^1]] = JsonNode.Parse(value);
        return KubernetesJson.Deserialize<Garden>(json);
    }
}
