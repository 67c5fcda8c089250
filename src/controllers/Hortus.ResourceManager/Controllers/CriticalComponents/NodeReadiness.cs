using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.ResourceManager.CriticalComponents;

/// <summary>What a node lacks before it may take pods that are not critical.</summary>
/// <param name="Reason">The reason of an Event.</param>
/// <param name="Message">Names what is missing.</param>
internal sealed record NodeLack(string Reason, string Message);

/// <summary>Whether the critical components of a node run, without I/O.</summary>
internal static class NodeReadiness
{
    private const string Taint = GardenerNames.NodeTaintCriticalComponentsNotReady;

    /// <summary>Whether the node is kept free until they do.</summary>
    public static bool IsTainted(Node node) => node.Spec.Taints?.Any(t => t.Key == Taint) == true;

    /// <summary>The taints of a node without the one that keeps it free.</summary>
    public static IEnumerable<Taint> OtherTaints(Node node) => (node.Spec.Taints ?? []).Where(t => t.Key != Taint);

    /// <summary>CSI drivers that pods of a node say it needs.</summary>
    public static IReadOnlySet<string> DriversNeeded(IEnumerable<Pod> pods) => pods
        .SelectMany(pod => pod.Metadata.Annotations ?? new Dictionary<string, string>())
        .Where(a => a.Key.StartsWith(GardenerAnnotations.WaitForCsiNodePrefix, StringComparison.Ordinal) && a.Value.Length > 0)
        .Select(a => a.Value)
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>What a node lacks first; null when it lacks nothing.</summary>
    /// <param name="node">The node.</param>
    /// <param name="sets">The critical DaemonSets of the cluster.</param>
    /// <param name="pods">The critical pods on the node.</param>
    /// <param name="drivers">The CSI drivers that the node has.</param>
    public static NodeLack? Judge(
        Node node, IEnumerable<DaemonSet> sets, IReadOnlyCollection<Pod> pods, IReadOnlySet<string> drivers)
    {
        // A pod that has ended serves nobody, and a Job's would never be ready again.
        var running = pods.Where(p => p.Status.Phase is not ("Succeeded" or "Failed")).ToList();
        var placed = running.Select(p => p.Metadata.ControllerOwner()).Where(o => o?.Kind == "DaemonSet").Select(o => o!.Uid).ToHashSet();
        var unplaced = sets.Where(s => !placed.Contains(s.Metadata.Uid ?? "")
            && IsCritical(s.Spec.Template.Metadata) && DaemonPlacement.Wants(s, node));
        return Lack(
                "UnscheduledNodeCriticalDaemonSets",
                "critical DaemonSets without a pod on this node",
                unplaced.Select(s => s.Key.ToString()))
            ?? Lack(
                "UnreadyNodeCriticalPods",
                "critical pods that are not ready",
                running.Where(p => !Conditions.IsTrue(p.Status.Conditions, "Ready")).Select(p => p.Key.ToString()))
            ?? Lack(
                "UnreadyRequiredCSIDrivers",
                "CSI drivers that are not registered",
                DriversNeeded(running).Where(d => !drivers.Contains(d)));
    }

    private static bool IsCritical(ObjectMeta? metadata) => metadata?.Label(GardenerLabels.NodeCriticalComponent) == "true";

    private static NodeLack? Lack(string reason, string what, IEnumerable<string> names)
    {
        var found = names.Order(StringComparer.Ordinal).ToList();
        return found.Count == 0 ? null : new NodeLack(reason, $"{what}: {string.Join(", ", found)}");
    }
}
