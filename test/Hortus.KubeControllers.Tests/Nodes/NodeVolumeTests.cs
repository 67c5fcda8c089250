using Hortus.KubeControllers.Scheduling;
using Hortus.KubeControllers.Volumes;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Tests.Nodes;

/// <summary>Volumes that are folders of nodes.</summary>
public sealed class NodeVolumeTests
{
    [Fact]
    public void Without_a_node_that_offers_room_there_is_no_place()
    {
        var places = new NodeVolumePlaces(() => [NewNode("a", null)], () => []);

        places.IsAny.ShouldBeFalse();
        places.Prepare(Claim("1")).ShouldBeNull();
    }

    [Fact]
    public void A_volume_is_a_folder_of_its_node_and_only_for_its_pods()
    {
        var (a, b) = (NewNode("a", null), NewNode("b", "/var/lib/machine/volumes"));
        var places = new NodeVolumePlaces(() => [a, b], () => []);

        var volume = places.Prepare(Claim("abc-1"))!;

        volume.Spec.HostPath!.Path.ShouldBe("/var/lib/machine/volumes/abc-1");
        (LocalVolumePlan.IsFor(volume, a), LocalVolumePlan.IsFor(volume, b)).ShouldBe((false, true));
        places.TryClear(volume).ShouldBeTrue();
        places.TryClear(volume with { Spec = volume.Spec with { PersistentVolumeReclaimPolicy = "Retain" } }).ShouldBeFalse();
    }

    [Fact]
    public void Volumes_are_spread_over_ready_nodes()
    {
        var (a, b, unready) = (NewNode("a", "/v"), NewNode("b", "/v"), NewNode("0", "/v") with { Status = new NodeStatus() });
        var made = LocalVolumePlan.Volume(Claim("1"), a);

        LocalVolumePlan.Choose([unready, a, b], [])!.Metadata.Name.ShouldBe("a");
        LocalVolumePlan.Choose([unready, a, b], [made])!.Metadata.Name.ShouldBe("b");
        LocalVolumePlan.Choose([unready], [made])!.Metadata.Name.ShouldBe("0");
        LocalVolumePlan.Choose([], []).ShouldBeNull();
    }

    [Fact]
    public void A_pod_goes_where_its_volumes_are()
    {
        var (a, b) = (NewNode("a", "/v"), NewNode("b", "/v"));
        var pod = new Pod { Spec = new PodSpec { Containers = [new Container { Name = "main" }] } };
        NodeLoad[] loads = [new NodeLoad(a, [pod]), new NodeLoad(b, [])];

        SchedulingDecision.Decide(pod, loads, [LocalVolumePlan.Volume(Claim("1"), a)]).Node.ShouldBe("a");
        SchedulingDecision.Decide(pod, loads, [LocalVolumePlan.Volume(Claim("1"), NewNode("gone", "/v"))]).Reason
            .ShouldBe("0/2 nodes are available: 2 node(s) had volume node affinity conflict.");
    }

    private static PersistentVolumeClaim Claim(string uid) => new()
    {
        Metadata = new ObjectMeta { Namespace = "ns", Name = "data", Uid = uid },
    };

    private static Node NewNode(string name, string? path) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Labels = new Dictionary<string, string> { [NodeVolumes.NodeLabel] = name },
            Annotations = path is null ? null : new Dictionary<string, string> { [NodeVolumes.PathAnnotation] = path },
        },
        Status = new NodeStatus { Conditions = [new NodeCondition { Type = "Ready", Status = "True" }] },
    };
}
