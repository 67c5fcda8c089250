using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.CriticalComponents;

namespace Hortus.ResourceManager.Tests.Nodes;

/// <summary>What a new node lacks before it takes pods.</summary>
public sealed class NodeReadinessTests
{
    private const string Taint = "node.gardener.cloud/critical-components-not-ready";

    [Fact]
    public void A_node_without_critical_components_lacks_nothing() => Judge(NewNode(), [], []).ShouldBeNull();

    [Fact]
    public void A_critical_set_must_have_a_pod_there()
    {
        var lack = Judge(NewNode(), [Set("b"), Set("a")], []);

        lack!.Reason.ShouldBe("UnscheduledNodeCriticalDaemonSets");
        lack.Message.ShouldBe("critical DaemonSets without a pod on this node: kube-system/a, kube-system/b");
        Judge(NewNode(), [Set("a")], [PodOf("a")]).ShouldBeNull();
        Judge(NewNode(), [Set("a")], [PodOf("b")])!.Message.ShouldContain("kube-system/a");
    }

    [Fact]
    public void A_set_that_has_no_pods_on_such_nodes_is_not_waited_for()
    {
        Judge(NewNode(), [Set("a", tolerates: false)], []).ShouldBeNull("its pods do not tolerate the taint");
        Judge(NewNode(), [Set("a", selector: "gpu")], []).ShouldBeNull("its pods run elsewhere");
        Judge(NewNode("gpu"), [Set("a", selector: "gpu")], []).ShouldNotBeNull();
        Judge(NewNode(), [Set("a", isTemplateCritical: false)], []).ShouldBeNull("its pods are not critical");
        Judge(NewNode(), [OnlyOn("other")], []).ShouldBeNull();
        Judge(NewNode(), [OnlyOn("n1")], []).ShouldNotBeNull();
    }

    [Fact]
    public void A_critical_pod_must_be_ready_unless_it_has_ended()
    {
        Judge(NewNode(), [], [PodOf("a", isReady: false)])!
            .ShouldBe(new NodeLack("UnreadyNodeCriticalPods", "critical pods that are not ready: kube-system/a"));
        Judge(NewNode(), [], [PodOf("a", isReady: false, phase: "Succeeded")]).ShouldBeNull();
        Judge(NewNode(), [Set("a")], [PodOf("a", isReady: false, phase: "Failed")])!
            .Reason.ShouldBe("UnscheduledNodeCriticalDaemonSets");
    }

    [Fact]
    public void Drivers_that_pods_ask_for_must_be_registered()
    {
        var pod = PodOf("a", annotations: [("node.gardener.cloud/wait-for-csi-node-disk", "disk.csi"), ("other", "x")]);

        NodeReadiness.DriversNeeded([pod]).ShouldBe(["disk.csi"]);
        Judge(NewNode(), [Set("a")], [pod])!
            .ShouldBe(new NodeLack("UnreadyRequiredCSIDrivers", "CSI drivers that are not registered: disk.csi"));
        Judge(NewNode(), [Set("a")], [pod], "disk.csi", "more").ShouldBeNull();
    }

    [Fact]
    public void Only_the_one_taint_goes()
    {
        NodeReadiness.IsTainted(NewNode()).ShouldBeTrue();
        NodeReadiness.OtherTaints(NewNode()).Select(t => t.Key).ShouldBe(["mine"]);
        NodeReadiness.IsTainted(new Node()).ShouldBeFalse();
    }

    internal static Node NewNode(string? label = null) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = "n1",
            Labels = label is null ? null : new Dictionary<string, string> { [label] = "yes" },
        },
        Spec = new NodeSpec
        {
            Taints = [new Taint { Key = "mine", Effect = "PreferNoSchedule" }, new Taint { Key = Taint, Effect = "NoSchedule" }],
        },
    };

    internal static DaemonSet Set(
        string name, bool tolerates = true, string? selector = null, bool isTemplateCritical = true) => new()
        {
            Metadata = new ObjectMeta
            {
                Namespace = "kube-system",
                Name = name,
                Uid = name,
                Labels = new Dictionary<string, string> { ["node.gardener.cloud/critical-component"] = "true" },
            },
            Spec = new DaemonSetSpec
            {
                Selector = new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = name } },
                Template = new PodTemplateSpec
                {
                    Metadata = new ObjectMeta
                    {
                        Labels = new Dictionary<string, string>
                        {
                            ["app"] = name,
                            ["node.gardener.cloud/critical-component"] = isTemplateCritical ? "true" : "false",
                        },
                    },
                    Spec = new PodSpec
                    {
                        Tolerations = tolerates ? [new Toleration { Operator = "Exists" }] : null,
                        NodeSelector = selector is null ? null : new Dictionary<string, string> { [selector] = "yes" },
                        Containers = [new Container { Name = "main", Image = "image" }],
                    },
                },
            },
        };

    internal static Pod PodOf(
        string set, bool isReady = true, string phase = "Running", string? uid = null, params (string Name, string Value)[] annotations) =>
        new()
        {
            Metadata = new ObjectMeta
            {
                Namespace = "kube-system",
                Name = set,
                Labels = new Dictionary<string, string> { ["node.gardener.cloud/critical-component"] = "true" },
                Annotations = annotations.ToDictionary(a => a.Name, a => a.Value),
                OwnerReferences =
                [
                    new OwnerReference { ApiVersion = "apps/v1", Kind = "DaemonSet", Name = set, Uid = uid ?? set, Controller = true },
                ],
            },
            Spec = new PodSpec { NodeName = "n1", Containers = [new Container { Name = "main", Image = "image" }] },
            Status = Status(isReady, phase),
        };

    internal static PodStatus Status(bool isReady, string phase = "Running") => new()
    {
        Phase = phase,
        Conditions = [new PodCondition { Type = "Ready", Status = isReady ? "True" : "False" }],
    };

    private static DaemonSet OnlyOn(string node)
    {
        var set = Set("a");
        return set with
        {
            Spec = set.Spec with { Template = set.Spec.Template with { Spec = set.Spec.Template.Spec with { NodeName = node } } },
        };
    }

    private static NodeLack? Judge(Node node, DaemonSet[] sets, Pod[] pods, params string[] drivers) =>
        NodeReadiness.Judge(node, sets, pods, drivers.ToHashSet());
}
