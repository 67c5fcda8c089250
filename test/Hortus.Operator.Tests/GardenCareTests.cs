using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator.Tests;

[Trait("Category", "Integration")]
public sealed class GardenCareTests
{
    [Fact]
    public async Task Conditions_follow_the_workloads()
    {
        using var deadline = OperatorWorld.Deadline();
        await using var world = await OperatorWorld.WithGardenAsync(deadline.Token);
        var scheduler = OperatorWorld.KeyOf(VirtualGardenNames.GardenerScheduler);
        string[] types =
        [
            GardenerConditions.VirtualGardenAPIServerAvailable,
            GardenerConditions.RuntimeComponentsHealthy,
            GardenerConditions.VirtualComponentsHealthy,
        ];
        foreach (var type in types)
        {
            await world.UntilConditionAsync(type, ConditionStatus.True, deadline.Token);
        }

        await world.Script.BreakAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await world.UntilConditionAsync(types[0], ConditionStatus.False, deadline.Token);
        await world.Script.BreakAsync<Deployment>(scheduler, deadline.Token);
        var broken = await world.UntilAsync(
            found => found?.Status?.Conditions?.Any(c => c.Type == types[2] && c.Status == ConditionStatus.False
                && c.Message.Contains("gardener-scheduler", StringComparison.Ordinal)) == true,
            deadline.Token);
        await world.Script.RepairAsync<Deployment>(scheduler, deadline.Token);
        await world.Script.RepairAsync<StatefulSet>(OperatorWorld.ApiServer, deadline.Token);
        await world.UntilConditionAsync(types[0], ConditionStatus.True, deadline.Token);
        await world.UntilConditionAsync(types[2], ConditionStatus.True, deadline.Token);

        var conditions = broken!.Status!.Conditions!;
        conditions.Single(condition => condition.Type == types[2]).Message.ShouldContain("ManagedResource virtual-garden-kube-apiserver: ");
        conditions.Single(condition => condition.Type == types[1]).Status.ShouldBe(ConditionStatus.True);
    }
}
