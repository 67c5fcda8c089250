namespace Hortus.Objects.Kubernetes;

/// <summary>Which nodes a DaemonSet has pods on.</summary>
public static class DaemonPlacement
{
    // A daemon stays on nodes that are in trouble: it may be what gets them out of it.
    private static readonly Toleration[] Endurance =
    [
        new() { Key = NodeFit.NotReadyTaint, Operator = "Exists", Effect = "NoExecute" },
        new() { Key = NodeFit.UnreachableTaint, Operator = "Exists", Effect = "NoExecute" },
        new() { Key = "node.kubernetes.io/disk-pressure", Operator = "Exists", Effect = "NoSchedule" },
        new() { Key = "node.kubernetes.io/memory-pressure", Operator = "Exists", Effect = "NoSchedule" },
        new() { Key = "node.kubernetes.io/pid-pressure", Operator = "Exists", Effect = "NoSchedule" },
        new() { Key = NodeFit.UnschedulableTaint, Operator = "Exists", Effect = "NoSchedule" },
    ];

    /// <summary>The pod template with what every daemon tolerates.</summary>
    public static PodTemplateSpec Tolerant(DaemonSet set)
    {
        var spec = set.Spec.Template.Spec;
        IEnumerable<Toleration> added = spec.HostNetwork == true
            ? [.. Endurance,
                new() { Key = "node.kubernetes.io/network-unavailable", Operator = "Exists", Effect = "NoSchedule" }]
            : Endurance;
        return set.Spec.Template with { Spec = spec with { Tolerations = [.. spec.Tolerations ?? [], .. added] } };
    }

    /// <summary>Whether a node gets a pod of the set.</summary>
    public static bool Wants(DaemonSet set, Node node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var spec = Tolerant(set).Spec;
        return !node.Metadata.IsDeleting() && (string.IsNullOrEmpty(spec.NodeName) || spec.NodeName == node.Metadata.Name) &&
            NodeFit.MatchesSelectors(spec, node) &&
            (node.Spec.Taints ?? []).All(t => t.Effect == "PreferNoSchedule" ||
                (t.Key is NodeFit.NotReadyTaint or NodeFit.UnreachableTaint) || NodeFit.Tolerates(spec, t));
    }
}
