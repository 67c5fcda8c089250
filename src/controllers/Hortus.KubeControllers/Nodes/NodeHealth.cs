using Hortus.KubeControllers.Scheduling;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Nodes;

/// <summary>What follows from a node's conditions and silence, without I/O.</summary>
internal static class NodeHealth
{
    private static readonly string[] Owned =
        [NodeFit.NotReadyTaint, NodeFit.UnreachableTaint, NodeFit.UnschedulableTaint];
    private static readonly string[] Conditions = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

    /// <summary>The conditions when the kubelet has been silent for too long.</summary>
    public static IReadOnlyList<NodeCondition> Unknown(IReadOnlyList<NodeCondition>? conditions, DateTimeOffset now)
    {
        IReadOnlyList<NodeCondition> result = conditions ?? [];
        foreach (var type in Conditions)
        {
            if (Objects.Conditions.Find(result, type) is { Status: "Unknown" })
            {
                continue;
            }

            result = Objects.Conditions.Set(
                result,
                new NodeCondition
                {
                    Type = type,
                    Status = "Unknown",
                    Reason = "NodeStatusUnknown",
                    Message = "Kubelet stopped posting node status.",
                    LastHeartbeatTime = Objects.Conditions.Find(result, type)?.LastHeartbeatTime,
                },
                now);
        }

        return result;
    }

    /// <summary>The taints the node must have; those of others are kept. Times of taints that stay are kept
    /// too.</summary>
    public static IReadOnlyList<Taint> Taints(Node node, DateTimeOffset now)
    {
        var wanted = new List<Taint>();
        var ready = Objects.Conditions.Find(node.Status.Conditions, "Ready")?.Status;
        if (ready != "True")
        {
            var key = ready is "Unknown" ? NodeFit.UnreachableTaint : NodeFit.NotReadyTaint;
            wanted.Add(new Taint { Key = key, Effect = "NoSchedule" });
            wanted.Add(new Taint { Key = key, Effect = "NoExecute" });
        }

        if (node.Spec.Unschedulable == true)
        {
            wanted.Add(new Taint { Key = NodeFit.UnschedulableTaint, Effect = "NoSchedule" });
        }

        var old = node.Spec.Taints ?? [];
        return
        [
            .. old.Where(t => !Owned.Contains(t.Key) || wanted.Any(w => IsSame(w, t))),
            .. wanted.Where(w => !old.Any(t => IsSame(w, t))).Select(w => w with { TimeAdded = now }),
        ];
    }

    /// <summary>Whether two taint lists are the same by key and effect.</summary>
    public static bool Same(IReadOnlyList<Taint>? a, IReadOnlyList<Taint> b) =>
        (a?.Count ?? 0) == b.Count && b.All(t => a!.Any(o => IsSame(o, t)));

    /// <summary>When a pod must leave its node because of the taints that run pods off: null for never.</summary>
    public static DateTimeOffset? EvictionTime(Pod pod, Node node, DateTimeOffset now)
    {
        DateTimeOffset? earliest = null;
        foreach (var taint in (node.Spec.Taints ?? []).Where(t => t.Effect == "NoExecute"))
        {
            var matching = (pod.Spec.Tolerations ?? []).Where(t => NodeFit.Tolerates(t, taint)).ToList();
            var since = taint.TimeAdded ?? now;
            DateTimeOffset? leave = matching.Count == 0
                ? since
                : matching.Min(t => t.TolerationSeconds) is { } seconds ? since.AddSeconds(Math.Max(0, seconds)) : null;
            if (leave is not null && (earliest is null || leave < earliest))
            {
                earliest = leave;
            }
        }

        return earliest;
    }

    private static bool IsSame(Taint a, Taint b) => a.Key == b.Key && a.Effect == b.Effect;
}
