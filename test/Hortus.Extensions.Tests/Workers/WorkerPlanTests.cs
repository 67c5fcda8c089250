using System.Text.Json.Nodes;
using FsCheck.Xunit;
using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions.Tests.Workers;

public sealed class WorkerPlanTests
{
    [Fact]
    public void Names_come_from_namespace_pool_zone_and_hash()
    {
        var plan = Plan(new WorkerPool { Name = "cpu", Minimum = 1, Maximum = 2, Zones = ["a", "b"], NodeAgentSecretName = "gna" });

        plan.Select(p => p.Name).ShouldBe(["shoot--p--s-cpu-z1", "shoot--p--s-cpu-z2"]);
        plan[0].ClassName.ShouldMatch("^shoot--p--s-cpu-z1-[0-9a-f]{5}$");
        plan[0].Zone.ShouldBe("a");
    }

    [Fact]
    public void A_pool_without_zones_has_one_deployment() =>
        Plan(new WorkerPool { Name = "cpu", Minimum = 1, Maximum = 1 }).ShouldHaveSingleItem().Zone.ShouldBeNull();

    [Fact]
    public void Only_the_node_agent_secret_decides_about_new_machines()
    {
        var pool = new WorkerPool { Name = "cpu", Minimum = 1, Maximum = 1, NodeAgentSecretName = "one" };
        var before = Plan(pool)[0].ClassName;

        Plan(pool with { Labels = new Dictionary<string, string> { ["a"] = "b" }, Maximum = 9, KubernetesVersion = "1.36.1" })[0].ClassName
            .ShouldBe(before);
        Plan(pool with { NodeAgentSecretName = "two" })[0].ClassName.ShouldNotBe(before);
    }

    [Theory]
    [InlineData(5, 3, new[] { 2, 2, 1 })]
    [InlineData(1, 3, new[] { 1, 0, 0 })]
    [InlineData(0, 2, new[] { 0, 0 })]
    public void What_does_not_divide_goes_to_the_first_zones(int total, int zones, int[] expected) =>
        Enumerable.Range(0, zones).Select(zone => WorkerPlan.Share(zone, total, zones)).ShouldBe(expected);

    [Property]
    public bool Shares_add_up_and_differ_by_one_at_most(ushort total, byte count)
    {
        var zones = (count % 12) + 1;
        var shares = Enumerable.Range(0, zones).Select(zone => WorkerPlan.Share(zone, total, zones)).ToArray();
        return shares.Sum() == total && shares.Max() - shares.Min() <= 1;
    }

    [Fact]
    public void Every_zone_can_update_when_the_pool_can()
    {
        var plan = Plan(new WorkerPool { Name = "cpu", Minimum = 2, Maximum = 2, MaxSurge = 1, MaxUnavailable = 0, Zones = ["a", "b"] });

        plan.Select(p => p.MaxSurge.Number).ShouldBe([1, 1]);
        plan.Select(p => p.MaxUnavailable.Number).ShouldBe([0, 0]);
    }

    [Theory]
    [InlineData(null, false, 2)]
    [InlineData(0, false, 2)]
    [InlineData(3, false, 3)]
    [InlineData(9, false, 4)]
    [InlineData(1, false, 2)]
    [InlineData(3, true, 0)]
    public void The_number_of_machines_stays_within_bounds_and_is_left_to_who_scales(int? current, bool hibernated, int expected) =>
        Plan(new WorkerPool { Name = "cpu", Minimum = 2, Maximum = 4 })[0].Replicas(current, hibernated).ShouldBe(expected);

    private static IReadOnlyList<PlannedMachines> Plan(WorkerPool pool) => WorkerPlan.Of(
        new Worker { Metadata = new ObjectMeta { Namespace = "shoot--p--s" }, Spec = new WorkerSpec { Pools = [pool] } }, new NoExtras());

    private sealed class NoExtras : IWorkerProvider
    {
        public string Provider => "scripted";

        public int MinReadySeconds => 0;

        public IEnumerable<string> HashValues(WorkerPool pool) => [];

        public JsonObject ProviderSpec(ActuatorRequest<Worker> request, WorkerPool pool, string? zone) => [];
    }
}
