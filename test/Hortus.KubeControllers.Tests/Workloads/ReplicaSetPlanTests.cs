using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Workloads;

public sealed class ReplicaSetPlanTests
{
    [Theory]
    [InlineData(3, 0, 3, 0)]
    [InlineData(3, 3, 0, 0)]
    [InlineData(1, 3, 0, 2)]
    [InlineData(500, 0, 100, 0)]
    public void Difference_IsCreatedOrDeleted_InBursts(int wanted, int active, int create, int delete)
    {
        var plan = ReplicaSetPlan.Decide(wanted, [.. Enumerable.Range(0, active).Select(i => Pod($"p{i}"))]);

        plan.Create.ShouldBe(create);
        plan.Delete.Count.ShouldBe(delete);
    }

    [Fact]
    public void Victims_AreThoseThatServeLeast()
    {
        var ready = Pod("ready", node: "n", phase: "Running", ready: true);
        Pod[] pods =
        [
            ready,
            Pod("cheap", node: "n", phase: "Running", ready: true, cost: "-5"),
            Pod("unready", node: "n", phase: "Running"),
            Pod("pending", node: "n", phase: "Pending"),
            Pod("unscheduled", phase: "Pending"),
        ];

        ReplicaSetPlan.Victims(pods).Select(p => p.Metadata.Name)
            .ShouldBe(["unscheduled", "pending", "unready", "cheap", "ready"]);
    }

    [Fact]
    public void Hash_DependsOnTheTemplateAndCollisions_NotOnTheHashLabel()
    {
        var template = new PodTemplateSpec
        {
            Spec =
            new PodSpec { Containers = [new Container { Name = "a", Image = "x" }] }
        };
        var other = new PodTemplateSpec
        {
            Spec =
            new PodSpec { Containers = [new Container { Name = "a", Image = "y" }] }
        };

        PodTemplates.Hash(template, 0).ShouldNotBe(PodTemplates.Hash(other, 0));
        PodTemplates.Hash(template, 0).ShouldNotBe(PodTemplates.Hash(template, 1));
        PodTemplates.Same(template, template.WithLabel(PodTemplates.HashLabel, "abc")).ShouldBeFalse(
            "an empty label map is not an absent one");
        var labelled = template.WithLabel("app", "web");
        PodTemplates.Same(labelled, labelled.WithLabel(PodTemplates.HashLabel, "abc")).ShouldBeTrue();
    }

    private static Pod Pod(
        string name, string? node = null, string? phase = null, bool ready = false, string? cost = null) => new()
        {
            Metadata = new ObjectMeta
            {
                Name = name,
                Annotations = cost is null
                ? null
                : new Dictionary<string, string> { ["controller.kubernetes.io/pod-deletion-cost"] = cost },
            },
            Spec = new PodSpec { NodeName = node },
            Status = new PodStatus
            {
                Phase = phase,
                Conditions = [new PodCondition { Type = "Ready", Status = ready ? "True" : "False" }],
            },
        };
}
