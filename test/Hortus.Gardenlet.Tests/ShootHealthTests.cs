using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Names = Hortus.Objects.Gardener.Resources.ManagedResourceConditions;

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
        var result = ShootHealth.ControlPlane([], [], Now);

        result.IsHealthy.ShouldBe(false);
        result.Message.ShouldBe("ManagedResource kube-apiserver is missing; ManagedResource kube-controller-manager is missing; "
            + "ManagedResource gardener-resource-manager is missing");
    }

    [Fact]
    public void Fault_of_a_managed_resource_counts_where_its_objects_are()
    {
        var inShoot = ResourceOf("system", null, Names.Healthy, "False", "PodMissing", Now);
        ManagedResource[] all =
        [
            .. new[] { "kube-apiserver", "kube-controller-manager", "gardener-resource-manager" }.Select(name => ResourceOf(name, "seed")),
            inShoot,
        ];

        ShootHealth.ControlPlane(all, [], Now).IsHealthy.ShouldBe(true);
        ShootHealth.SystemComponents(all, [], Now).Message.ShouldBe("ManagedResource system: PodMissing");
        ShootHealth.SystemComponents([], [], Now).IsHealthy.ShouldBe(true);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(10, false)]
    public void Rollout_is_a_fault_when_it_takes_too_long(int minutes, bool isHealthy)
    {
        var rolling = ResourceOf("system", null, Names.Progressing, "True", "rolling", Now - TimeSpan.FromMinutes(minutes));

        ShootHealth.SystemComponents([rolling], [], Now).IsHealthy.ShouldBe(isHealthy);
    }

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static ManagedResource ResourceOf(
        string name, string? ofClass, string type = "", string status = "", string message = "", DateTimeOffset? since = null)
    {
        GardenerCondition Of(string wanted, string good) => wanted == type
            ? new() { Type = type, Status = status, Reason = "Test", Message = message, LastTransitionTime = since }
            : new() { Type = wanted, Status = good, Reason = "Test", Message = "", LastTransitionTime = since };

        return new()
        {
            Metadata = new ObjectMeta { Name = name, Generation = 1 },
            Spec = new ManagedResourceSpec { Class = ofClass },
            Status = new ManagedResourceStatus
            {
                ObservedGeneration = 1,
                Conditions = [Of(Names.Applied, "True"), Of(Names.Healthy, "True"), Of(Names.Progressing, "False")],
            },
        };
    }

    private static Node NodeOf(string name, string ready) => new()
    {
        Metadata = new ObjectMeta { Name = name, Labels = new Dictionary<string, string> { [GardenerLabels.WorkerPool] = "a" } },
        Status = new NodeStatus { Conditions = [new NodeCondition { Type = "Ready", Status = ready }] },
    };
}
