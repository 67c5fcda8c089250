using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.Tests.World;
using static Hortus.ResourceManager.Tests.Nodes.NodeReadinessTests;

namespace Hortus.ResourceManager.Tests.Nodes;

/// <summary>New nodes of a target, from their taint to their first pods.</summary>
[Trait("Category", "Integration")]
public sealed class CriticalComponentsTests
{
    private static readonly ResourceManagerOptions Options = new()
    {
        NodeCriticalComponents = true,
        NodeCriticalComponentsBackoff = TimeSpan.FromMilliseconds(50),
    };

    [Fact]
    public async Task A_node_takes_pods_when_its_components_run_and_says_before_what_it_lacks()
    {
        await using var world = await ResourceWorld.StartAsync(isSplit: true, isRunning: false);
        var client = world.Target.Client;
        await client.CreateAsync(
            new ServiceAccount { Metadata = new ObjectMeta { Namespace = "kube-system", Name = "default" } }, world.Token);
        var set = await client.CreateAsync(Set("agent"), world.Token);
        world.Run(Options);
        await client.CreateAsync(NewNode(), world.Token);
        (await LackAsync(world, "UnscheduledNodeCriticalDaemonSets")).Message!.ShouldContain("kube-system/agent");

        var pod = await client.CreateAsync(
            PodOf("agent", uid: set.Metadata.Uid, annotations: ("node.gardener.cloud/wait-for-csi-node-disk", "disk.csi")), world.Token);
        (await LackAsync(world, "UnreadyNodeCriticalPods")).Message!.ShouldContain("kube-system/agent");
        await client.UpdateStatusAsync(pod with { Status = Status(isReady: true) }, world.Token);
        (await LackAsync(world, "UnreadyRequiredCSIDrivers")).Message!.ShouldContain("disk.csi");
        (await NodeAsync(world, _ => true)).Spec.Taints!.Count.ShouldBe(2);

        await client.Dynamic.CreateAsync(
            ResourceKind.Of<CSINode>(),
            JsonNode.Parse("""
                {"apiVersion":"storage.k8s.io/v1","kind":"CSINode","metadata":{"name":"n1"},
                 "spec":{"drivers":[{"name":"disk.csi","nodeID":"n1"}]}}
                """)!.AsObject(),
            world.Token);

        (await NodeAsync(world, n => n.Spec.Taints!.Count == 1)).Spec.Taints![0].Key.ShouldBe("mine");
        await LackAsync(world, "NodeCriticalComponentsReady");
        world.Seen.Writes.Count(w => w.StartsWith("POST", StringComparison.Ordinal) && w.Contains("/events", StringComparison.Ordinal))
            .ShouldBe(4, "each state is told once");
        world.Seen.Writes.ShouldNotContain(
            w => w.StartsWith("PATCH", StringComparison.Ordinal) && w.Contains("/events", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nodes_without_critical_components_take_pods_at_once_and_others_are_left_alone()
    {
        await using var world = await ResourceWorld.StartAsync(Options, isSplit: true);
        var other = await world.Target.Client.CreateAsync(
            new Node
            {
                Metadata = new ObjectMeta { Name = "other" },
                Spec = new NodeSpec { Taints = [new Taint { Key = "mine", Effect = "NoSchedule" }] },
            },
            world.Token);
        await world.Target.Client.CreateAsync(NewNode(), world.Token);

        await NodeAsync(world, n => n.Spec.Taints!.Count == 1);

        (await world.Target.Client.GetAsync<Node>(other.Key, world.Token)).Metadata.ResourceVersion
            .ShouldBe(other.Metadata.ResourceVersion);
    }

    private static async Task<Node> NodeAsync(ResourceWorld world, Func<Node, bool> condition) =>
        (await world.Target.UntilAsync<Node>(ObjectKey.Cluster("n1"), n => n is not null && condition(n), world.Token))!;

    private static Task<Event> LackAsync(ResourceWorld world, string reason) => world.Target.EventAsync("n1", reason, world.Token);
}
