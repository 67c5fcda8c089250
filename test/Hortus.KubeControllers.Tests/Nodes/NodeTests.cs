using Hortus.KubeControllers.Nodes;
using Hortus.KubeControllers.Volumes;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Nodes;

public sealed class NodeTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    [Fact]
    public void Ranges_AreCutInOrder_GivenOnce_AndFreed()
    {
        var ranges = new NodeRanges("10.3.0.0/22", 24);
        ranges.Take("old", "10.3.1.0/24");

        ranges.Allocate("a").ShouldBe("10.3.0.0/24");
        ranges.Allocate("a").ShouldBe("10.3.0.0/24");
        ranges.Allocate("b").ShouldBe("10.3.2.0/24");
        ranges.Allocate("c").ShouldBe("10.3.3.0/24");
        ranges.Allocate("d").ShouldBeNull();
        ranges.Release("b");
        ranges.Allocate("d").ShouldBe("10.3.2.0/24");
    }

    [Theory]
    [InlineData("10.3.0.0", 24)]
    [InlineData("fd00::/48", 64)]
    [InlineData("10.3.0.0/24", 16)]
    public void BadRanges_AreRefused(string cluster, int prefix) =>
        Should.Throw<FormatException>(() => new NodeRanges(cluster, prefix));

    [Theory]
    [InlineData("True", "")]
    [InlineData("False", "not-ready:NoSchedule not-ready:NoExecute")]
    [InlineData("Unknown", "unreachable:NoSchedule unreachable:NoExecute")]
    public void Taints_FollowReadiness_AndKeepThoseOfOthers(string ready, string expected)
    {
        var node = new Node
        {
            Spec = new NodeSpec
            {
                Taints =
                [
                    new Taint { Key = "mine", Effect = "NoSchedule" },
                    new Taint { Key = "node.kubernetes.io/not-ready", Effect = "NoSchedule" },
                ],
            },
            Status = new NodeStatus { Conditions = [new NodeCondition { Type = "Ready", Status = ready }] },
        };

        var taints = NodeHealth.Taints(node, Now);

        taints[0].Key.ShouldBe("mine");
        string.Join(' ', taints.Skip(1).Select(t => $"{t.Key["node.kubernetes.io/".Length..]}:{t.Effect}")).ShouldBe(
            expected);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(300L, 300)]
    [InlineData(-1L, null)]
    public void Eviction_ComesWhenTheTolerationEnds(long? seconds, int? after)
    {
        var toleration = new Toleration
        {
            Key = "node.kubernetes.io/unreachable",
            Operator = "Exists",
            TolerationSeconds = seconds < 0 ? null : seconds,
        };
        var pod = new Pod { Spec = new PodSpec { Tolerations = seconds is null ? null : [toleration] } };
        var node = new Node
        {
            Spec = new NodeSpec
            {
                Taints = [new Taint { Key = "node.kubernetes.io/unreachable", Effect = "NoExecute", TimeAdded = Now }],
            },
        };

        NodeHealth.EvictionTime(pod, node, Now).ShouldBe(after is { } s ? Now.AddSeconds(s) : null);
    }

    [Fact]
    public void VolumeFolder_NeverLeadsOutOfTheRoot()
    {
        Should.Throw<ArgumentException>(() => LocalVolumePlan.Folder("/var/volumes", "../etc"));
        var claim = new PersistentVolumeClaim
        {
            Metadata =
            new ObjectMeta { Namespace = "ns", Name = "data", Uid = "abc-1" }
        };
        var volume = LocalVolumePlan.Volume(claim, LocalVolumePlan.Folder("/var/volumes", "abc-1"));
        LocalVolumePlan.FolderToDelete(volume, "/var/volumes").ShouldBe("/var/volumes/abc-1");

        var moved = volume with { Spec = volume.Spec with { HostPath = new HostPathVolumeSource { Path = "/etc" } } };

        LocalVolumePlan.FolderToDelete(moved, "/var/volumes").ShouldBeNull();
    }
}
