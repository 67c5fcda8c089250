using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Workloads;

public sealed class DeploymentPlanTests
{
    // wanted, surge, unavailable, new (spec/available), old (spec/available) => new, old
    [Theory]
    [InlineData(4, "25%", "25%", 0, 0, 4, 4, 1, 3)]
    [InlineData(4, "25%", "25%", 2, 0, 3, 3, 2, 3)]
    [InlineData(4, "25%", "25%", 2, 2, 3, 3, 2, 1)]
    [InlineData(4, "0", "1", 0, 0, 4, 4, 0, 3)]
    [InlineData(4, "1", "0", 0, 0, 4, 4, 1, 4)]
    [InlineData(4, "1", "0", 1, 1, 4, 4, 1, 3)]
    [InlineData(3, "0", "0", 0, 0, 3, 3, 0, 2)]
    [InlineData(4, "25%", "25%", 4, 4, 1, 1, 4, 0)]
    [InlineData(4, "25%", "25%", 1, 0, 4, 0, 1, 3)]
    [InlineData(2, "25%", "25%", 4, 4, 0, 0, 2, 0)]
    public void RollingUpdate_StaysWithinItsLimits(
        int wanted, string surge, string unavailable, int newSpec, int newAvailable, int oldSpec, int oldAvailable,
            int newAfter, int oldAfter)
    {
        var current = Set("new", newSpec, newAvailable);
        var old = Set("old", oldSpec, oldAvailable);

        var scalings = DeploymentPlan.Decide(Deployment(wanted, surge, unavailable), new(current, [old]));

        Replicas(scalings, current).ShouldBe(newAfter);
        Replicas(scalings, old).ShouldBe(oldAfter);
    }

    [Fact]
    public void Recreate_WaitsUntilTheOldPodsAreGone()
    {
        var deployment = Deployment(2, "1", "1");
        deployment = deployment with
        {
            Spec =
            deployment.Spec with { Strategy = new DeploymentStrategy { Type = "Recreate" } }
        };
        var old = Set("old", 0,
            0) with
        { Status = new ReplicaSetStatus { TerminatingReplicas = 1, ObservedGeneration = 1 } };

        DeploymentPlan.Decide(deployment, new(Set("new", 0, 0), [old])).ShouldBeEmpty();

        var gone = old with { Status = new ReplicaSetStatus { ObservedGeneration = 1 } };
        DeploymentPlan.Decide(deployment, new(Set("new", 0, 0), [gone])).Single().Replicas.ShouldBe(2);
    }

    [Fact]
    public void Paused_KeepsItsMixButScales()
    {
        var deployment = Deployment(5, "0", "1");
        deployment = deployment with { Spec = deployment.Spec with { Paused = true } };

        var scaling = DeploymentPlan.Decide(deployment, new(Set("new", 1, 1), [Set("old", 2, 2)])).Single();

        scaling.Set.Metadata.Name.ShouldBe("new");
        scaling.Replicas.ShouldBe(3);
    }

    [Fact]
    public void History_KeepsTheNewestRevisions()
    {
        var deployment = Deployment(1, "1", "1");
        deployment = deployment with { Spec = deployment.Spec with { RevisionHistoryLimit = 1 } };
        var sets = new DeploymentSets(Set("new", 1, 1), [Revision("a", 1), Revision("b", 3), Revision("c", 2)]);

        DeploymentPlan.Forgettable(deployment, sets).Select(s => s.Metadata.Name).ShouldBe(["a", "c"]);
        DeploymentPlan.NextRevision(sets).ShouldBe(4);
    }

    [Fact]
    public void Progress_StandingStillBeyondTheDeadline_IsReported()
    {
        var start = DateTimeOffset.UnixEpoch;
        var deployment = Deployment(1, "1", "1");
        deployment = deployment with { Spec = deployment.Spec with { ProgressDeadlineSeconds = 10 } };
        var sets = new DeploymentSets(Set("new", 1, 0), []);
        var status = DeploymentProgress.Status(deployment, sets, 0, start);
        Conditions.IsTrue(status.Conditions, "Progressing").ShouldBeTrue();
        deployment = deployment with { Status = status };

        DeploymentProgress.UntilDeadline(deployment, status, start.AddSeconds(4)).ShouldBe(TimeSpan.FromSeconds(6));
        var late = DeploymentProgress.Status(deployment, sets, 0, start.AddSeconds(10));

        Conditions.Find(late.Conditions, "Progressing").ShouldBeOfType<DeploymentCondition>().Reason.ShouldBe(
            "ProgressDeadlineExceeded");
    }

    private static int Replicas(IEnumerable<Scaling> scalings, ReplicaSet set) =>
        scalings.Where(s => s.Set == set).Select(s => (int?)s.Replicas).SingleOrDefault() ?? set.Spec.Replicas!.Value;

    private static Deployment Deployment(int wanted, string surge, string unavailable) => new()
    {
        Metadata = new ObjectMeta { Name = "web", Generation = 1 },
        Spec = new DeploymentSpec
        {
            Replicas = wanted,
            Strategy = new DeploymentStrategy
            {
                Type = "RollingUpdate",
                RollingUpdate = new RollingUpdateDeployment
                {
                    MaxSurge = Parse(surge),
                    MaxUnavailable = Parse(unavailable)
                },
            },
        },
    };

    private static IntOrString Parse(string text) => int.TryParse(text, out var number) ? number : text;

    private static ReplicaSet Set(string name, int replicas, int available) => new()
    {
        Metadata = new ObjectMeta { Name = name, Generation = 1 },
        Spec = new ReplicaSetSpec { Replicas = replicas },
        Status = new ReplicaSetStatus { Replicas = replicas, AvailableReplicas = available, ObservedGeneration = 1 },
    };

    private static ReplicaSet Revision(string name, int revision) => Set(name, 0, 0) with
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Generation = 1,
            Annotations = new Dictionary<string, string> { [DeploymentPlan.RevisionAnnotation] = $"{revision}" },
        },
    };
}
