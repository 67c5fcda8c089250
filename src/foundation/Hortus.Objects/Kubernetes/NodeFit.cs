using System.Globalization;

namespace Hortus.Objects.Kubernetes;

/// <summary>Whether a node suits a pod, apart from what already runs there.</summary>
public static class NodeFit
{
    /// <summary>Key of the taint of nodes whose kubelet says that they are not ready.</summary>
    public const string NotReadyTaint = "node.kubernetes.io/not-ready";
    /// <summary>Key of the taint of nodes whose kubelet says nothing.</summary>
    public const string UnreachableTaint = "node.kubernetes.io/unreachable";
    /// <summary>Key of the taint of nodes that take no more pods.</summary>
    public const string UnschedulableTaint = "node.kubernetes.io/unschedulable";

    /// <summary>Whether the node's selector and required affinity terms hold.</summary>
    public static bool MatchesSelectors(PodSpec pod, Node node)
    {
        var labels = node.Metadata.Labels ?? new Dictionary<string, string>();
        if (pod.NodeSelector is { } selector && !selector.All(s => labels.GetValueOrDefault(s.Key) == s.Value))
        {
            return false;
        }

        // Terms are alternatives; none at all matches nothing.
        return pod.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { } required ||
            required.NodeSelectorTerms.Any(t => Matches(t, node));
    }

    /// <summary>Whether a term's requirements all hold; an empty term matches nothing.</summary>
    public static bool Matches(NodeSelectorTerm term, Node node)
    {
        var expressions = term.MatchExpressions ?? [];
        var fields = term.MatchFields ?? [];
        return expressions.Count + fields.Count > 0 &&
            expressions.All(e => Holds(e, node.Metadata.Labels?.GetValueOrDefault(e.Key))) &&
            fields.All(f => f.Key == "metadata.name" && Holds(f, node.Metadata.Name));
    }

    /// <summary>The taints that keep the pod away; an unready or cordoned node counts as tainted.</summary>
    public static IEnumerable<Taint> Repelling(PodSpec pod, Node node) =>
        Taints(node).Where(t => t.Effect is "NoSchedule" or "NoExecute" && !Tolerates(pod, t));

    /// <summary>How many soft taints the pod does not tolerate.</summary>
    public static int Discouraging(PodSpec pod, Node node) =>
        (node.Spec.Taints ?? []).Count(t => t.Effect == "PreferNoSchedule" && !Tolerates(pod, t));

    /// <summary>Whether a pod tolerates a taint.</summary>
    public static bool Tolerates(PodSpec pod, Taint taint) => (pod.Tolerations ?? []).Any(t => Tolerates(t, taint));

    /// <summary>Whether a toleration is one of a taint.</summary>
    public static bool Tolerates(Toleration toleration, Taint taint) =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect) &&
        (string.IsNullOrEmpty(toleration.Key)
            ? toleration.Operator == "Exists"
            : toleration.Key == taint.Key &&
                (toleration.Operator == "Exists" || (toleration.Value ?? "") == (taint.Value ?? "")));

    /// <summary>Whether the kubelet says that the node takes pods.</summary>
    public static bool IsReady(Node node) => Conditions.IsTrue(node.Status.Conditions, "Ready");

    private static IEnumerable<Taint> Taints(Node node)
    {
        var taints = node.Spec.Taints ?? [];
        var implied = new List<Taint>();
        if (!IsReady(node))
        {
            implied.Add(new Taint { Key = NotReadyTaint, Effect = "NoSchedule" });
        }

        if (node.Spec.Unschedulable == true)
        {
            implied.Add(new Taint { Key = UnschedulableTaint, Effect = "NoSchedule" });
        }

        // The controller that sets the real taints may say "unreachable" where this only knows "not ready".
        return taints.Concat(implied.Where(i => !taints.Any(t => t.Effect == i.Effect &&
            (t.Key == i.Key || (i.Key == NotReadyTaint && t.Key == UnreachableTaint)))));
    }

    private static bool Holds(NodeSelectorRequirement requirement, string? value)
    {
        var values = requirement.Values ?? [];
        return requirement.Operator switch
        {
            "In" => value is not null && values.Contains(value),
            "NotIn" => value is null || !values.Contains(value),
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "Gt" => Number(value) > Number(values is [var least, ..] ? least : null),
            "Lt" => Number(value) < Number(values is [var most, ..] ? most : null),
            _ => false,
        };
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
            : null;
}
