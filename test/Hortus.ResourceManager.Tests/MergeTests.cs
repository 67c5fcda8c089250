using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Target;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Tests;

public sealed class MergeTests
{
    private const string Head = "metadata: {name: a, namespace: b}\n";

    [Theory]
    [InlineData("replicas: 5", "replicas: 1", "", 1)]
    [InlineData("replicas: 5", "paused: false", "", 5)]
    [InlineData("replicas: 5", "replicas: 1", "resources.gardener.cloud/preserve-replicas", 5)]
    public void Replicas_of_a_Deployment(string live, string wanted, string annotation, int expected)
    {
        var merged = Merge("apps/v1", "Deployment", $"spec: {{{live}}}", $"spec: {{{wanted}}}", annotation);

        merged.Number("spec", "replicas").ShouldBe(expected);
    }

    [Fact]
    public void Requests_and_limits_of_cpu_and_memory_stay_when_asked_for()
    {
        const string live = "spec: {template: {spec: {containers: [{name: x, resources: {requests: {cpu: 7, disk: 1}, limits: {memory: 8}}}]}}}";
        const string wanted = "spec: {template: {spec: {containers: [{name: x, resources: {requests: {cpu: 1, disk: 2}}}, {name: y}]}}}";

        var kept = Merge("apps/v1", "DaemonSet", live, wanted, ResourceNames.PreserveResources);
        var replaced = Merge("apps/v1", "DaemonSet", live, wanted);

        var container = kept.Items("spec", "template", "spec", "containers").First();
        $"{container["resources"]!.ToJsonString()}".ShouldBe("""{"requests":{"cpu":7,"disk":2},"limits":{"memory":8}}""");
        replaced.Items("spec", "template", "spec", "containers").First().Number("resources", "requests", "cpu").ShouldBe(1);
    }

    [Fact]
    public void Addresses_and_ports_of_a_Service_stay_by_the_name_of_the_port()
    {
        const string live = """
            spec:
              type: NodePort
              clusterIP: 10.0.0.1
              clusterIPs: [10.0.0.1]
              ipFamilies: [IPv4]
              ports: [{name: a, port: 1, nodePort: 30001}, {name: b, port: 2, nodePort: 30002}]
            """;

        var merged = Merge(
            "v1", "Service", live, "spec: {type: NodePort, ports: [{name: a, port: 2}, {name: b, port: 1}, {name: c, port: 3, nodePort: 31000}]}");

        merged.Items("spec", "ports").Select(p => p.Number("nodePort")).ShouldBe([30001, 30002, 31000]);
        merged.Text("spec", "clusterIP").ShouldBe("10.0.0.1");
        merged.At("spec", "clusterIPs")!.ToJsonString().ShouldBe("""["10.0.0.1"]""");
    }

    [Fact]
    public void A_Service_that_becomes_headless_or_external_loses_its_address()
    {
        const string live = "spec: {type: ClusterIP, clusterIP: 10.0.0.1}";

        Merge("v1", "Service", live, "spec: {clusterIP: None}").Text("spec", "clusterIP").ShouldBe("None");
        Merge("v1", "Service", live, "spec: {type: ExternalName, externalName: x}").Text("spec", "clusterIP").ShouldBeNull();
        Merge("v1", "Service", "spec: {type: ExternalName, externalName: x}", "spec: {type: ClusterIP}").Text("spec", "clusterIP").ShouldBeNull();
    }

    [Fact]
    public void Selector_and_labels_of_a_Job_stay()
    {
        var merged = Merge(
            "batch/v1",
            "Job",
            "spec: {selector: {matchLabels: {uid: x}}, template: {metadata: {labels: {uid: x, old: y}}}}",
            "spec: {template: {metadata: {labels: {old: z}}}}");

        merged.Text("spec", "selector", "matchLabels", "uid").ShouldBe("x");
        merged.Texts("spec", "template", "metadata", "labels").ShouldBe(
            new Dictionary<string, string> { ["uid"] = "x", ["old"] = "z" }, ignoreOrder: true);
    }

    [Fact]
    public void Tokens_of_a_ServiceAccount_and_claims_of_a_StatefulSet_stay()
    {
        Merge("v1", "ServiceAccount", "secrets: [{name: token}]", "secrets: []").Items("secrets").Count().ShouldBe(1);
        Merge("apps/v1", "StatefulSet", "spec: {volumeClaimTemplates: [{metadata: {name: x}}]}", "spec: {volumeClaimTemplates: []}")
            .Items("spec", "volumeClaimTemplates").Count().ShouldBe(1);
    }

    [Fact]
    public void Finalizers_status_and_unknown_fields_survive_and_owners_do_not()
    {
        var merged = ObjectMerge.Merge(
            Tree("v1", "ConfigMap", "metadata: {name: a, uid: u, finalizers: [f], ownerReferences: [{name: o}]}\nstatus: {x: 1}\nmore: 1\n"),
            Wanted("v1", "ConfigMap", "future: {y: 2}\n"),
            new MergeRules { Origin = "x/y" });

        merged.At("metadata", "finalizers")!.ToJsonString().ShouldBe("""["f"]""");
        merged.Text("metadata", "uid").ShouldBe("u");
        merged.At("metadata", "ownerReferences").ShouldBeNull();
        merged.Number("status", "x").ShouldBe(1);
        merged.Number("future", "y").ShouldBe(2);
        merged["more"].ShouldBeNull();
    }

    [Theory]
    [InlineData(false, "changed=new;kept=1;theirs=x")]
    [InlineData(true, "kept=1")]
    public void Labels_that_are_no_longer_wanted_go_unless_somebody_changed_them(bool isForced, string expected)
    {
        var merged = ObjectMerge.Merge(
            Tree("v1", "ConfigMap", "metadata: {name: a, labels: {kept: '0', dropped: '1', changed: new, theirs: x}}\n"),
            Wanted("v1", "ConfigMap", "", "labels: {kept: '1'}"),
            new MergeRules
            {
                Origin = "x/y",
                ForceLabels = isForced,
                Last = new ManagedResourceReference
                {
                    Labels = new Dictionary<string, string> { ["kept"] = "0", ["dropped"] = "1", ["changed"] = "old" },
                },
            });

        string.Join(";", merged.Texts("metadata", "labels").OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"))
            .ShouldBe(expected);
    }

    [Fact]
    public void Moved_kinds_are_the_same_object()
    {
        var equivalences = new Equivalences([[new GroupKind { Group = "a", Kind = "X" }, new GroupKind { Group = "b", Kind = "Y" }]]);

        equivalences.NamesOf(new ObjectId("a", "X", "n", "m")).ShouldBe([new("a", "X", "n", "m"), new("b", "Y", "n", "m")]);
        equivalences.NamesOf(new ObjectId("apps", "Deployment", "n", "m")).Count().ShouldBe(2);
        equivalences.NamesOf(new ObjectId("apps", "Other", "n", "m")).Count().ShouldBe(1);
    }

    [Fact]
    public void A_kind_of_another_project_comes_after_its_definition_whatever_it_is_called()
    {
        InstallOrder.RankOf("crd.projectcalico.org", "NetworkPolicy")
            .ShouldBeGreaterThan(InstallOrder.RankOf("apiextensions.k8s.io", "CustomResourceDefinition"));
        InstallOrder.RankOf("networking.k8s.io", "NetworkPolicy").ShouldBeLessThan(InstallOrder.RankOf("", "Secret"));
    }

    private static JsonObject Merge(string apiVersion, string kind, string live, string wanted, string annotation = "") => ObjectMerge.Merge(
        Tree(apiVersion, kind, Head + live + "\n"),
        Wanted(apiVersion, kind, wanted + "\n", annotation.Length == 0 ? "" : $"annotations: {{{annotation}: 'true'}}"),
        new MergeRules { Origin = "x/y" });

    private static WantedObject Wanted(string apiVersion, string kind, string rest, string metadata = "") => new(
        new ObjectId(ObjectNames.GroupOf(apiVersion), kind, "b", "a"),
        Tree(apiVersion, kind, $"metadata: {{name: a, namespace: b, {metadata}}}\n{rest}"),
        null,
        "test");

    private static JsonObject Tree(string apiVersion, string kind, string rest) =>
        KubernetesYaml.Parse($"apiVersion: {apiVersion}\nkind: {kind}\n{rest}");
}
