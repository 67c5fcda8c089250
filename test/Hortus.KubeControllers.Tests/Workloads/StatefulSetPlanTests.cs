using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Workloads;

public sealed class StatefulSetPlanTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    // Pods are written as ordinal, revision (c or u) and state: + ready, - unready, x deleting, f failed.
    [Theory]
    [InlineData("", 3, "create 0")]
    [InlineData("0u-", 3, "")]
    [InlineData("0u+", 3, "create 1")]
    [InlineData("0u+ 1u+ 2u+", 3, "")]
    [InlineData("0u+ 1ux 2u+", 3, "")]
    [InlineData("0u+ 1uf 2u+", 3, "delete 1")]
    [InlineData("0u+ 1u+ 2u+ 3u+", 2, "delete 3")]
    [InlineData("0u+ 1u+ 2u+ 3ux", 2, "")]
    [InlineData("0c+ 1c+ 2c+", 3, "delete 2")]
    [InlineData("0c+ 1c+ 2u-", 3, "")]
    [InlineData("0c+ 1c+ 2u+", 3, "delete 1")]
    [InlineData("0c+ 1c- 2c+", 3, "delete 1")]
    public void Ordered_GoesOneByOne(string pods, int replicas, string expected) =>
        Text(Plan(pods, replicas, "OrderedReady").Decide()).ShouldBe(expected);

    [Theory]
    [InlineData("", 3, "create 0 create 1 create 2")]
    [InlineData("0u- 2u-", 3, "create 1")]
    [InlineData("0u+ 1u+ 2u+", 1, "delete 2 delete 1")]
    [InlineData("0c+ 1c+ 2c+", 3, "delete 2")]
    [InlineData("0c+ 1c+ 2u-", 3, "")]
    public void Parallel_GoesAtOnce_ButUpdatesOneByOne(string pods, int replicas, string expected) =>
        Text(Plan(pods, replicas, "Parallel").Decide()).ShouldBe(expected);

    [Theory]
    [InlineData("0c+ 1c+ 2c+", 2, "delete 2")]
    [InlineData("0c+ 1c+ 2u+", 2, "")]
    [InlineData("0c+ 2u+", 2, "create 1 old")]
    public void Partition_KeepsTheOldRevisionBelowIt(string pods, int partition, string expected) =>
        Text(Plan(pods, 3, "OrderedReady", partition).Decide()).ShouldBe(expected);

    [Fact]
    public void Rollout_WhenDone_MakesTheUpdateRevisionCurrent()
    {
        Plan("0c+ 1u+", 2, "OrderedReady").Status(0).CurrentRevision.ShouldBe("current");
        Plan("0u+ 1u+", 2, "OrderedReady").Status(0).CurrentRevision.ShouldBe("update");
    }

    private static string Text(StatefulSetStep step) => string.Join(' ',
    [
        .. step.Create.Select(c => $"create {c.Ordinal}" + (c.Updated ? "" : " old")),
        .. step.Delete.Select(p => $"delete {p.Metadata.Name![^1]}"),
    ]);

    private static StatefulSetPlan Plan(string pods, int replicas, string policy, int partition = 0)
    {
        var set = new StatefulSet
        {
            Metadata = new ObjectMeta { Name = "web" },
            Spec = new StatefulSetSpec
            {
                Replicas = replicas,
                PodManagementPolicy = policy,
                UpdateStrategy = new StatefulSetUpdateStrategy
                {
                    Type = "RollingUpdate",
                    RollingUpdate = new RollingUpdateStatefulSetStrategy { Partition = partition },
                },
            },
        };
        var parsed = pods.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(p => p[0] - '0', Pod);
        return new StatefulSetPlan(set, parsed, "current", "update", Now);
    }

    private static Pod Pod(string text) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = $"web-{text[0]}",
            DeletionTimestamp = text[2] == 'x' ? Now : null,
            Labels = new Dictionary<string,
                string>
            { [StatefulSetPods.RevisionLabel] = text[1] == 'c' ? "current" : "update" },
        },
        Status = new PodStatus
        {
            Phase = text[2] == 'f' ? "Failed" : "Running",
            Conditions = [new PodCondition { Type = "Ready", Status = text[2] == '+' ? "True" : "False",
                LastTransitionTime = Now }],
        },
    };
}
