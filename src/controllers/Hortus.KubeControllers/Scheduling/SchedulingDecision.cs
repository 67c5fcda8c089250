using Hortus.KubeControllers.Volumes;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Scheduling;

/// <summary>A node with the pods that count against it.</summary>
internal sealed record NodeLoad(Node Node, IReadOnlyList<Pod> Pods)
{
    /// <summary>What those pods ask for.</summary>
    public PodResources Used
    {
        get
        {
            if (field is null)
            {
                field = new PodResources();
                foreach (var pod in Pods)
                {
                    field.Add(PodResources.Of(pod.Spec));
                }
            }

            return field;
        }
    }
}

/// <summary>The node for a pod, or why there is none.</summary>
internal sealed record SchedulingDecision(string? Node, string? Reason)
{
    // Preferences of the author outweigh an even load; soft taints outweigh both.
    private const double AffinityWeight = 2;
    private const double TaintPenalty = 1000;
    private const long PodsDefault = 110;

    /// <summary>Chooses among the nodes, without I/O.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="nodes">All nodes.</param>
    /// <param name="volumes">The persistent volumes that the pod uses.</param>
    public static SchedulingDecision Decide(
        Pod pod, IReadOnlyList<NodeLoad> nodes, IReadOnlyList<PersistentVolume>? volumes = null)
    {
        var reasons = new Dictionary<string, int>(StringComparer.Ordinal);
        NodeLoad? best = null;
        var bestScore = double.MinValue;
        var request = PodResources.Of(pod.Spec);
        foreach (var load in nodes.OrderBy(n => n.Node.Metadata.Name, StringComparer.Ordinal))
        {
            var against = (volumes ?? []).All(volume => LocalVolumePlan.IsFor(volume, load.Node))
                ? Against(pod, request, load).ToList()
                : ["node(s) had volume node affinity conflict"];
            foreach (var reason in against)
            {
                reasons[reason] = reasons.GetValueOrDefault(reason) + 1;
            }

            if (against.Count == 0 && Score(pod, request, load) is var score && score > bestScore)
            {
                (best, bestScore) = (load, score);
            }
        }

        return best is not null
            ? new(best.Node.Metadata.Name, null)
            : new(null, Explain(nodes.Count, reasons));
    }

    private static IEnumerable<string> Against(Pod pod, PodResources request, NodeLoad load)
    {
        if (NodeFit.Repelling(pod.Spec, load.Node).FirstOrDefault() is { } taint)
        {
            yield return taint.Key == NodeFit.UnschedulableTaint
                ? "node(s) were unschedulable"
                : $"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}";
            yield break;
        }

        if (!NodeFit.MatchesSelectors(pod.Spec, load.Node))
        {
            yield return "node(s) didn't match Pod's node affinity/selector";
            yield break;
        }

        if (Ports(pod).Intersect(load.Pods.SelectMany(Ports)).Any())
        {
            yield return "node(s) didn't have free ports for the requested pod ports";
        }

        var allocatable = PodResources.Of(load.Node.Status.Allocatable);
        var podsMax = allocatable["pods"] > 0 ? allocatable["pods"] / 1000 : PodsDefault;
        if (load.Pods.Count + 1 > podsMax)
        {
            yield return "Too many pods";
        }

        foreach (var name in request.Names)
        {
            if (request[name] > 0 && load.Used[name] + request[name] > allocatable[name])
            {
                yield return $"Insufficient {name}";
            }
        }
    }

    private static IEnumerable<(int Port, string Protocol)> Ports(Pod pod) =>
        pod.Spec.Containers.SelectMany(c => c.Ports ?? [])
            .Select(p => (Port: pod.Spec.HostNetwork == true ? p.HostPort ?? p.Port : p.HostPort ?? 0,
                p.Protocol ?? "TCP"))
            .Where(p => p.Port > 0);

    private static double Score(Pod pod, PodResources request, NodeLoad load)
    {
        var allocatable = PodResources.Of(load.Node.Status.Allocatable);
        var free = new[] { "cpu", "memory" }.Average(name => allocatable[name] > 0
            ? 100.0 * Math.Max(0, allocatable[name] - load.Used[name] - request[name]) / allocatable[name]
            : 0);
        var preferred = (pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [])
            .Where(p => NodeFit.Matches(p.Preference, load.Node)).Sum(p => p.Weight);
        // Pods of one owner spread where all else is equal.
        var siblings = pod.Metadata.OwnerReferences is [var owner, ..]
            ? load.Pods.Count(p => p.Metadata.OwnerReferences?.Any(o => o.Uid == owner.Uid) == true)
            : 0;
        return free + (AffinityWeight * preferred) - (10 * siblings) - (0.1 * load.Pods.Count) -
            (TaintPenalty * NodeFit.Discouraging(pod.Spec, load.Node));
    }

    private static string Explain(int nodes, Dictionary<string, int> reasons)
    {
        var parts = reasons.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => $"{r.Value} {r.Key}");
        return nodes == 0
            ? "no nodes available to schedule pods"
            : $"0/{nodes} nodes are available: {string.Join(", ", parts)}.";
    }
}
