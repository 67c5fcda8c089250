using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet.Tests;

public sealed class ShootHealthTests
{
    private static readonly Worker[] Pools = [new Worker { Name = "a", Minimum = 1, Maximum = 2 }];

    [Fact]
    public void Missing_nodes_are_counted_by_pool()
    {
        var result = ShootHealth.Nodes(Pools, []);

        result.IsHealthy.ShouldBe(false);
        result.Message.ShouldBe("worker pool a has 0 of at least 1 nodes");
    }

    [Fact]
    public void Node_that_is_not_ready_is_named()
    {
        var result = ShootHealth.Nodes(Pools, [NodeOf("n1", "True"), NodeOf("n2", "Unknown")]);

        result.IsHealthy.ShouldBe(false);
        result.Message.ShouldBe("Node n2 is not ready");
    }

    [Fact]
    public void Enough_ready_nodes_are_healthy() => ShootHealth.Nodes(Pools, [NodeOf("n1", "True")]).IsHealthy.ShouldBe(true);

    [Fact]
    public void Nodes_that_cannot_be_read_are_unknown() => ShootHealth.Nodes(Pools, null).IsHealthy.ShouldBeNull();

    [Fact]
    public void Missing_control_plane_is_named()
    {
        var result = ShootHealth.ControlPlane([], [], []);

        result.IsHealthy.ShouldBe(false);
        result.Message.ShouldBe("Deployment kube-controller-manager is missing; StatefulSet kube-apiserver is missing");
    }

    private static Node NodeOf(string name, string ready) => new()
    {
        Metadata = new ObjectMeta { Name = name, Labels = new Dictionary<string, string> { [GardenerLabels.WorkerPool] = "a" } },
        Status = new NodeStatus { Conditions = [new NodeCondition { Type = "Ready", Status = ready }] },
    };
}
