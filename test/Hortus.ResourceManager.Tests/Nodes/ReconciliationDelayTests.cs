using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.ReconciliationDelay;
using Hortus.ResourceManager.Tests.World;

namespace Hortus.ResourceManager.Tests.Nodes;

/// <summary>How the agents of a cluster's nodes are spread over time.</summary>
public sealed class ReconciliationDelayTests
{
    private const string Annotation = "node-agent.gardener.cloud/reconciliation-delay";

    private static readonly ResourceManagerOptions Options = new() { NodeAgentReconciliationDelay = true };

    [Theory]
    [InlineData(1, "0s")]
    [InlineData(2, "0s,2m30s")]
    [InlineData(4, "0s,1m15s,2m30s,3m45s")]
    [InlineData(8, "0s,37.5s,1m15s,1m52.5s,2m30s,3m7.5s,3m45s,4m22.5s")]
    [InlineData(0, "")]
    public void Nodes_share_the_time_evenly(int nodes, string expected) =>
        string.Join(',', Plan(nodes, TimeSpan.Zero, TimeSpan.FromMinutes(5))).ShouldBe(expected);

    [Fact]
    public void The_first_node_waits_the_least_time_and_a_range_that_is_none_makes_all_wait_the_same()
    {
        Plan(2, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)).ShouldBe(["1m0s", "1m30s"]);
        Plan(2, TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1)).ShouldBe(["2m0s", "2m0s"]);
    }

    [Fact]
    [Trait("Category", "Integration")]
    public async Task Nodes_that_come_and_go_and_annotations_that_others_change_are_followed()
    {
        await using var world = await ResourceWorld.StartAsync(Options, isSplit: true);
        await AddAsync(world, "b");
        await UntilAsync(world, "b", "0s");

        await AddAsync(world, "a");
        await UntilAsync(world, "a", "0s");
        await UntilAsync(world, "b", "2m30s");

        var node = await world.Target.Client.GetAsync<Node>(ObjectKey.Cluster("b"), world.Token);
        await world.Target.Client.UpdateAsync(
            node with { Metadata = (node.Metadata with { ResourceVersion = null }).WithAnnotation(Annotation, "1h") }, world.Token);
        await UntilAsync(world, "b", "2m30s");

        await world.Target.Client.DeleteAsync<Node>(ObjectKey.Cluster("a"), null, world.Token);
        await UntilAsync(world, "b", "0s");
    }

    private static List<string> Plan(int nodes, TimeSpan min, TimeSpan max) =>
        [.. DelayPlan.Of([.. Enumerable.Range(0, nodes).Reverse().Select(i => $"node-{i}")], min, max).Select(p => Duration.Format(p.Delay))];

    private static Task AddAsync(ResourceWorld world, string name) => world.Target.Client.CreateAsync(
        new Node { Metadata = new ObjectMeta { Name = name } }, world.Token);

    private static Task UntilAsync(ResourceWorld world, string node, string delay) => world.Target.UntilAsync<Node>(
        ObjectKey.Cluster(node), n => n?.Metadata.Annotation(Annotation) == delay, world.Token);
}
