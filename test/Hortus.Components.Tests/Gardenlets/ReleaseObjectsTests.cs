using System.Text.Json.Nodes;
using Hortus.Components.Gardenlets;
using Hortus.Objects;

namespace Hortus.Components.Tests.Gardenlets;

public sealed class ReleaseObjectsTests
{
    [Fact]
    public void A_Service_keeps_its_address_and_the_ports_of_its_nodes()
    {
        var merged = Merge(
            """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s", "resourceVersion": "7",
             "annotations": {"loadbalancer.openstack.org/id": "x"}},
             "spec": {"type": "NodePort", "clusterIP": "10.0.0.1", "ports": [{"name": "a", "port": 1, "nodePort": 30001}]}}
            """,
            """
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"},
             "spec": {"type": "NodePort", "ports": [{"name": "a", "port": 2}]}}
            """);

        merged.Text("spec", "clusterIP").ShouldBe("10.0.0.1");
        merged.Items("spec", "ports").Single().Number("nodePort").ShouldBe(30001);
        merged.Text("metadata", "annotations", "loadbalancer.openstack.org/id").ShouldBe("x");
        merged.Text("metadata", "resourceVersion").ShouldBe("7");
    }

    [Fact]
    public void A_service_account_keeps_the_Secrets_that_were_made_for_it() => Merge(
        """{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "s"}, "secrets": [{"name": "made"}]}""",
        """{"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "s"}}""")
        .Items("secrets").Single().Text("name").ShouldBe("made");

    [Fact]
    public void References_to_what_the_former_pods_read_go_and_notes_of_others_stay()
    {
        var merged = Merge(
            """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "annotations":
             {"reference.resources.gardener.cloud/configmap-1": "old", "deployment.kubernetes.io/revision": "3", "mine": "before"},
             "labels": {"theirs": "1"}}, "status": {"replicas": 2}}
            """,
            """
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "d", "annotations":
             {"reference.resources.gardener.cloud/configmap-2": "new", "mine": "after"}, "labels": {"ours": "2"}}}
            """);

        merged.Texts("metadata", "annotations").ShouldBe(
            new Dictionary<string, string>
            {
                ["deployment.kubernetes.io/revision"] = "3",
                ["mine"] = "after",
                ["reference.resources.gardener.cloud/configmap-2"] = "new",
            },
            ignoreOrder: true);
        merged.Texts("metadata", "labels").Keys.ShouldBe(["theirs", "ours"], ignoreOrder: true);
        merged.Number("status", "replicas").ShouldBe(2);
    }

    [Fact]
    public void Releases_are_the_same_when_their_objects_are()
    {
        var one = Release("""{"kind": "A", "metadata": {"name": "a"}}""");
        var same = Release("""{ "kind": "A", "metadata": { "name": "a" } }""") with { Reference = "elsewhere" };
        var other = Release("""{"kind": "A", "metadata": {"name": "b"}}""");

        same.Identity.ShouldBe(one.Identity);
        other.Identity.ShouldNotBe(one.Identity);
    }

    [Theory]
    [InlineData("apps/v1 Deployment garden/gardenlet")]
    [InlineData("scheduling.k8s.io/v1 PriorityClass gardener-system-critical")]
    [InlineData("rbac.authorization.k8s.io/v1 ClusterRole gardener.cloud:system:gardenlet")]
    public void An_entry_of_the_inventory_reads_back_as_written(string line) =>
        InventoryEntry.Parse(line)!.ToString().ShouldBe(line);

    [Theory]
    [InlineData("")]
    [InlineData("one two")]
    [InlineData("v1 ConfigMap a/b/c")]
    public void Other_lines_are_no_entries(string line) => InventoryEntry.Parse(line).ShouldBeNull();

    private static GardenletRelease Release(string json) => new()
    {
        Reference = "r",
        Digest = "d",
        Version = "1",
        Objects = [(JsonObject)JsonNode.Parse(json)!],
    };

    private static JsonObject Merge(string live, string wanted) =>
        ReleaseObjects.Merge((JsonObject)JsonNode.Parse(live)!, (JsonObject)JsonNode.Parse(wanted)!);
}
