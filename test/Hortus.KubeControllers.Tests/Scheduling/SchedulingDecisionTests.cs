using Hortus.KubeControllers.Scheduling;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Scheduling;

public sealed class SchedulingDecisionTests
{
    [Fact]
    public void Pod_GoesToTheEmptierNode() =>
        SchedulingDecision.Decide(Pod("1"), [Load("a", Pod("3")), Load("b")]).Node.ShouldBe("b");

    [Fact]
    public void Pod_LargerThanWhatIsLeft_IsRefusedWithTheReason() =>
        SchedulingDecision.Decide(Pod("2"), [Load("a", Pod("3"))]).Reason.ShouldBe(
            "0/1 nodes are available: 1 Insufficient cpu.");

    [Fact]
    public void NoNodes_AreNamedAsTheReason() =>
        SchedulingDecision.Decide(Pod("1"), []).Reason.ShouldBe("no nodes available to schedule pods");

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData("dedicated", "Exists", null, true)]
    [InlineData("dedicated", "Equal", "db", true)]
    [InlineData("dedicated", "Equal", "web", false)]
    [InlineData(null, "Exists", null, true)]
    public void Taint_RepelsPodsThatDoNotTolerateIt(string? key, string? @operator, string? value, bool fits)
    {
        var pod = Pod("1");
        if (@operator is not null)
        {
            var toleration = new Toleration { Key = key, Operator = @operator, Value = value };
            pod = pod with { Spec = pod.Spec with { Tolerations = [toleration] } };
        }

        var load = Load("a");
        load = load with
        {
            Node = load.Node with
            {
                Spec = new NodeSpec { Taints = [new Taint { Key = "dedicated", Value = "db", Effect = "NoSchedule" }] },
            },
        };

        (SchedulingDecision.Decide(pod, [load]).Node is not null).ShouldBe(fits);
    }

    [Fact]
    public void UnreadyOrCordonedNode_IsLeftOut()
    {
        var unready = Load("a") with { Node = Load("a").Node with { Status = new NodeStatus() } };
        var cordoned = Load("b") with { Node = Load("b").Node with { Spec = new NodeSpec { Unschedulable = true } } };

        SchedulingDecision.Decide(Pod("1"), [unready, cordoned]).Reason.ShouldBe(
            "0/2 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, " +
            "1 node(s) were unschedulable.");
    }

    [Theory]
    [InlineData("In", new[] { "z1", "z2" }, true)]
    [InlineData("In", new[] { "z2" }, false)]
    [InlineData("NotIn", new[] { "z2" }, true)]
    [InlineData("Exists", new string[0], true)]
    [InlineData("DoesNotExist", new string[0], false)]
    public void RequiredAffinity_MustHold(string @operator, string[] values, bool fits)
    {
        var term = new NodeSelectorTerm
        {
            MatchExpressions = [new NodeSelectorRequirement { Key = "zone", Operator = @operator, Values = values }],
        };
        var pod = Pod("1");
        pod = pod with
        {
            Spec = pod.Spec with
            {
                Affinity = new Affinity
                {
                    NodeAffinity = new NodeAffinity
                    {
                        RequiredDuringSchedulingIgnoredDuringExecution =
                            new NodeSelector { NodeSelectorTerms = [term] },
                    },
                },
            },
        };

        (SchedulingDecision.Decide(pod, [Load("a")]).Node is not null).ShouldBe(fits);
    }

    [Fact]
    public void Request_IsTheLargerOfContainersAndInitContainers()
    {
        var spec = new PodSpec
        {
            Containers = [Container("100m"), Container("200m")],
            InitContainers = [Container("250m"), Container("50m") with { RestartPolicy = "Always" }, Container("1")],
        };

        PodResources.Of(spec)["cpu"].ShouldBe(1050);
    }

    private static Container Container(string cpu) => new()
    {
        Name = "c",
        Resources = new ResourceRequirements
        {
            Requests = new Dictionary<string, Quantity> { ["cpu"] = Quantity.Parse(cpu) },
        },
    };

    private static Pod Pod(string cpu) => new() { Spec = new PodSpec { Containers = [Container(cpu)] } };

    private static NodeLoad Load(string name, params Pod[] pods) => new(
        new Node
        {
            Metadata = new ObjectMeta { Name = name, Labels = new Dictionary<string, string> { ["zone"] = "z1" } },
            Status = new NodeStatus
            {
                Allocatable = new Dictionary<string,
                    Quantity>
                { ["cpu"] = Quantity.Parse("4"), ["memory"] = Quantity.Parse("8Gi") },
                Conditions = [new NodeCondition { Type = "Ready", Status = "True" }],
            },
        },
        pods);
}
