using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using Hortus.ResourceManager.Webhooks.HighAvailability;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Tests.Webhooks;

public sealed class HighAvailabilityTests
{
    private static readonly EvictionDelays NoDelays = new(null, null);

    [Theory]
    [InlineData("controller", null, 1, 2)]
    [InlineData("controller", "", 1, 1)]
    [InlineData("controller", "", 3, 1)]
    [InlineData("controller", "node", 1, 2)]
    [InlineData("controller", "zone", 5, 2)]
    [InlineData("server", null, 1, 2)]
    [InlineData("server", "", 1, 2)]
    [InlineData("server", "zone", 1, 2)]
    [InlineData("server", "zone", 0, 0)]
    [InlineData(null, "zone", 1, 1)]
    public void Type_and_tolerance_decide_on_the_replicas(string? type, string? tolerance, int replicas, int expected) =>
        Apply(Workload(replicas, type), new AvailabilityNeeds { FailureTolerance = tolerance }).Number("spec", "replicas").ShouldBe(expected);

    [Theory]
    [InlineData(1, 2)]
    [InlineData(3, 3)]
    public void What_an_autoscaler_has_scaled_up_stays(int replicas, int expected) =>
        Apply(Workload(replicas, "server"), new AvailabilityNeeds(), scaledTo: 6).Number("spec", "replicas").ShouldBe(expected);

    [Fact]
    public void An_annotation_sets_the_replicas_unless_it_is_none()
    {
        Apply(Workload(1, "server", replicas: "5"), new AvailabilityNeeds()).Number("spec", "replicas").ShouldBe(5);
        Should.Throw<FormatException>(() => Apply(Workload(1, "server", replicas: "many"), new AvailabilityNeeds()))
            .Message.ShouldContain("found \"many\"");
    }

    [Fact]
    public void Pods_are_kept_in_the_zones_by_every_term_of_their_affinity()
    {
        var workload = Workload(1, null);
        workload.Ensure("spec", "template", "spec")["affinity"] = Reviews.Yaml(
            """
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms:
                - matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [other]}, {key: gpu, operator: Exists}]
                - matchFields: [{key: metadata.name, operator: In, values: [n]}]
            """);
        var needs = new AvailabilityNeeds { Zones = ["a", "b"], IsPinned = true };

        Text(Apply(workload, needs), "affinity").ShouldBe(Yaml(
            """
            nodeAffinity:
              requiredDuringSchedulingIgnoredDuringExecution:
                nodeSelectorTerms:
                - matchExpressions: [{key: gpu, operator: Exists}, {key: topology.kubernetes.io/zone, operator: In, values: [a, b]}]
                - matchFields: [{key: metadata.name, operator: In, values: [n]}]
                  matchExpressions: [{key: topology.kubernetes.io/zone, operator: In, values: [a, b]}]
            """));
        Text(Apply(Workload(1, null), needs with { IsPinned = false, FailureTolerance = "" }), "affinity").ShouldContain("topology.kubernetes.io/zone");
        Text(Apply(Workload(1, null), needs with { IsPinned = false }), "affinity").ShouldBe("");
        Text(Apply(Workload(1, null), needs with { Zones = [] }), "affinity").ShouldBe("");
    }

    [Theory]
    [InlineData(1, "zone", 3, "a,b", "")]
    [InlineData(2, null, 3, "a", "host:ScheduleAnyway:")]
    [InlineData(2, "", 3, "a", "host:ScheduleAnyway:")]
    [InlineData(2, "node", 3, "a", "host:DoNotSchedule:2")]
    [InlineData(5, "node", 3, "a", "host:DoNotSchedule:3")]
    [InlineData(5, "node", 1, "a", "host:ScheduleAnyway:")]
    [InlineData(2, "node", 3, "a,b,c", "host:DoNotSchedule:2")]
    [InlineData(2, "zone", 3, "a,b,c", "host:DoNotSchedule:2 zone:DoNotSchedule:2")]
    [InlineData(4, "zone", 3, "a,b,c", "host:DoNotSchedule:3 zone:DoNotSchedule:3")]
    [InlineData(4, null, 3, "a,b", "host:ScheduleAnyway: zone:DoNotSchedule:2")]
    [InlineData(4, "", 3, "a,b", "host:ScheduleAnyway:")]
    public void Replicas_are_spread_over_hosts_and_zones(int replicas, string? tolerance, int nodes, string zones, string expected)
    {
        var needs = new AvailabilityNeeds { FailureTolerance = tolerance, Zones = zones.Split(',') };

        var changed = Apply(Workload(replicas, null), needs, nodes: nodes);

        string.Join(' ', changed.Items("spec", "template", "spec", "topologySpreadConstraints").Select(c =>
            $"{(c.Text("topologyKey") == "kubernetes.io/hostname" ? "host" : "zone")}:{c.Text("whenUnsatisfiable")}:{c.Number("minDomains")}"))
            .ShouldBe(expected);
    }

    [Fact]
    public void A_Deployment_counts_pods_of_its_newest_generation_and_a_StatefulSet_those_of_its_selector()
    {
        var needs = new AvailabilityNeeds { Zones = ["a", "b"] };
        var deployment = Workload(2, null);
        deployment.Ensure("spec", "template", "spec")["topologySpreadConstraints"] =
            Reviews.Yaml("x: [{topologyKey: rack, maxSkew: 2}, {topologyKey: kubernetes.io/hostname, maxSkew: 7}]")["x"]!.DeepClone();
        var set = Workload(2, null);
        set["kind"] = "StatefulSet";

        Text(Apply(deployment, needs), "topologySpreadConstraints").ShouldBe(YamlList(
            """
            - {topologyKey: rack, maxSkew: 2, matchLabelKeys: [pod-template-hash]}
            - topologyKey: kubernetes.io/hostname
              maxSkew: 1
              whenUnsatisfiable: ScheduleAnyway
              labelSelector: {matchLabels: {app: x, version: new}}
              matchLabelKeys: [pod-template-hash]
            - topologyKey: topology.kubernetes.io/zone
              maxSkew: 1
              whenUnsatisfiable: DoNotSchedule
              labelSelector: {matchLabels: {app: x, version: new}}
              minDomains: 2
              matchLabelKeys: [pod-template-hash]
            """));
        var constraints = Apply(set, needs).Items("spec", "template", "spec", "topologySpreadConstraints").ToList();
        constraints.ShouldAllBe(c => !c.ContainsKey("matchLabelKeys"));
        constraints[0]["labelSelector"]!.ToJsonString().ShouldBe("""{"matchLabels":{"app":"x"}}""");
    }

    [Fact]
    public void Hosts_are_told_apart_when_the_workload_wants_it()
    {
        var workload = Workload(2, null);
        workload.Ensure("metadata", "annotations")[WebhookLabels.HostSpread] = "true";

        Apply(workload, new AvailabilityNeeds()).Items("spec", "template", "spec", "topologySpreadConstraints").Single()
            .Text("whenUnsatisfiable").ShouldBe("DoNotSchedule");
    }

    [Fact]
    public void Pods_leave_lost_nodes_after_the_time_of_the_flags_unless_they_say_otherwise()
    {
        var workload = Workload(1, null);
        workload.Ensure("spec", "template", "spec")["tolerations"] =
            Reviews.Yaml("x: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 5}]")["x"]!.DeepClone();
        var delays = new EvictionDelays(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(61));

        Text(Apply(workload, new AvailabilityNeeds(), delays: delays), "tolerations").ShouldBe(YamlList(
            """
            - {key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 5}
            - {key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 60}
            """));
    }

    [Fact]
    public void A_second_look_changes_nothing()
    {
        var needs = new AvailabilityNeeds { FailureTolerance = "zone", Zones = ["a", "b"] };
        var delays = new EvictionDelays(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60));

        var once = Apply(Workload(1, "server"), needs, delays: delays);

        JsonNode.DeepEquals(Apply(once, needs, delays: delays), once).ShouldBeTrue();
    }

    [Theory]
    [InlineData(1, 4, 2, 4)]
    [InlineData(1, 1, 2, 2)]
    [InlineData(3, 4, 3, 4)]
    [InlineData(0, 4, 0, 4)]
    public void An_autoscaler_gets_the_least_replicas_and_room_for_them(int least, int most, int expectedLeast, int expectedMost)
    {
        var autoscaler = Reviews.Yaml(
            $"metadata: {{labels: {{{WebhookLabels.ComponentType}: server}}}}\nspec: {{minReplicas: {least}, maxReplicas: {most}}}");

        var changed = AutoscalerChange.Apply(autoscaler, new AvailabilityNeeds());

        (changed.Number("spec", "minReplicas"), changed.Number("spec", "maxReplicas")).ShouldBe((expectedLeast, expectedMost));
    }

    [Fact]
    public void The_annotations_of_a_namespace_say_what_it_needs()
    {
        var needs = AvailabilityNeeds.Of(NamespaceOf("x", ("zones", "b,,a, b"), ("zone-pinning", "True"), ("failure-tolerance-type", "")));

        needs.Zones.ShouldBe(["a", "b"]);
        (needs.IsPinned, needs.FailureTolerance, needs.KeepsZones, needs.EnduresFailures).ShouldBe((true, "", true, false));
        AvailabilityNeeds.Of(NamespaceOf("x")).ShouldSatisfyAllConditions(
            n => n.FailureTolerance.ShouldBeNull(), n => n.KeepsZones.ShouldBeFalse(), n => n.SpreadsZones.ShouldBeFalse());
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Workloads_that_an_API_server_stores_are_highly_available()
    {
        await using var world = await ResourceWorld.StartAsync(isRunning: false);
        var client = world.Target.Client;
        await using var hooks = HookWorld.Start(
            new ResourceManagerOptions { Webhooks = [WebhookNames.HighAvailability] }, client, client, world.Token);
        await client.CreateAsync(NamespaceOf("shoot", ("failure-tolerance-type", "zone"), ("zones", "a,b")), world.Token);
        await HookConfigurations.MutateAsync(world, hooks, WebhookNames.HighAvailability, "apps", "deployments", "CREATE", "UPDATE");

        var deployment = KubernetesJson.Deserialize<Deployment>(Workload(1, "server")) with
        {
            Metadata = new ObjectMeta
            {
                Namespace = "shoot",
                Name = "x",
                Labels = new Dictionary<string, string> { [WebhookLabels.ComponentType] = "server" },
            },
        };
        var created = await client.CreateAsync(deployment, world.Token);
        var updated = await client.UpdateAsync(created with { Spec = created.Spec with { Replicas = 7 } }, world.Token);

        created.Spec.Replicas.ShouldBe(2);
        created.Spec.Template.Spec!.TopologySpreadConstraints!.Select(c => c.TopologyKey)
            .ShouldBe(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]);
        updated.Spec.Replicas.ShouldBe(2);
    }

    private static JsonObject Apply(
        JsonObject workload, AvailabilityNeeds needs, int? scaledTo = null, int nodes = 3, EvictionDelays? delays = null) =>
        new WorkloadChange(new WorkloadSurroundings(needs, scaledTo, nodes > 1), delays ?? NoDelays).Apply(workload);

    private static JsonObject Workload(int count, string? type, string? replicas = null)
    {
        var workload = Reviews.Yaml(
            $$$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: x, namespace: shoot}
            spec:
              replicas: {{{count}}}
              selector: {matchLabels: {app: x}}
              template:
                metadata: {labels: {app: x, version: new}}
                spec: {containers: [{name: c, image: i}]}
            """);
        if (type is not null)
        {
            workload.Ensure("metadata", "labels")[WebhookLabels.ComponentType] = type;
        }

        if (replicas is not null)
        {
            workload.Ensure("metadata", "annotations")[WebhookLabels.Replicas] = replicas;
        }

        return workload;
    }

    private static Namespace NamespaceOf(string name, params (string Key, string Value)[] annotations) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Annotations = annotations.ToDictionary(a => $"high-availability-config.resources.gardener.cloud/{a.Key}", a => a.Value),
        },
    };

    private static string Text(JsonObject workload, string field) =>
        workload.At("spec", "template", "spec", field) is { } node ? KubernetesYaml.Write(node) : "";

    private static string Yaml(string yaml) => KubernetesYaml.Write(KubernetesYaml.Parse(yaml));

    private static string YamlList(string yaml) =>
        KubernetesYaml.Write(KubernetesYaml.Parse("x:\n" + string.Join('\n', yaml.Split('\n').Select(l => "  " + l)))["x"]);
}
