using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Workloads;

/// <summary>The decisions about a DaemonSet, without I/O.</summary>
/// <param name="Set">The set.</param>
/// <param name="Nodes">All nodes.</param>
/// <param name="Pods">The set's pods, those being deleted included.</param>
/// <param name="Hash">Revision hash of the present template.</param>
/// <param name="Now">Time.</param>
internal sealed record DaemonSetPlan(
    DaemonSet Set, IReadOnlyList<Node> Nodes, IReadOnlyList<Pod> Pods, string Hash, DateTimeOffset Now)
{
    private const string NameField = "metadata.name";

    private int MinReady => Set.Spec.MinReadySeconds ?? 0;

    /// <summary>Node that a pod runs on or was made for.</summary>
    public static string? NodeOf(Pod pod) => pod.Spec.NodeName is { Length: > 0 } bound
        ? bound
        : pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms
            .SelectMany(t => t.MatchFields ?? []).Where(f => f.Key == NameField)
            .SelectMany(f => f.Values ?? []).FirstOrDefault();

    /// <summary>The pod for a node: the scheduler may put it nowhere else.</summary>
    public static Pod NewPod(DaemonSet set, string node, string hash, string name)
    {
        var pod = PodTemplates.NewPod(DaemonPlacement.Tolerant(set), set, name);
        var only = new NodeSelectorRequirement { Key = NameField, Operator = "In", Values = [node] };
        var nodeAffinity = pod.Spec.Affinity?.NodeAffinity;
        var required = nodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms;
        var terms = required is { Count: > 0 }
            ? required.Select(t => t with { MatchFields = [only] }).ToArray()
            : [new NodeSelectorTerm { MatchFields = [only] }];
        var affinity = pod.Spec.Affinity ?? new Affinity();
        return pod with
        {
            Metadata = pod.Metadata.WithLabel(StatefulSetPods.RevisionLabel, hash),
            Spec = pod.Spec with
            {
                Affinity = affinity with
                {
                    NodeAffinity = (affinity.NodeAffinity ?? new NodeAffinity()) with
                    {
                        RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = terms },
                    },
                },
            },
        };
    }

    /// <summary>Nodes that need a pod, and pods that must go.</summary>
    public (IReadOnlyList<string> Create, IReadOnlyList<Pod> Delete) Decide()
    {
        var create = new List<string>();
        var delete = new List<Pod>();
        var outdated = new List<Pod>();
        var unavailable = 0;
        var byNode = Pods.ToLookup(NodeOf);
        foreach (var node in Nodes)
        {
            var here = byNode[node.Metadata.Name].ToList();
            var staying = here.Where(p => !p.IsDeleting()).ToList();
            if (!Wants(node))
            {
                delete.AddRange(staying);
                continue;
            }

            delete.AddRange(staying.Where(PodStates.IsFinished));
            // Of two pods on a node the older one stays.
            var active = staying.Where(p => !p.IsFinished())
                .OrderBy(p => p.Metadata.CreationTimestamp).ThenBy(
                    p => p.Metadata.Name, StringComparer.Ordinal).ToList();
            delete.AddRange(active.Skip(1));
            if (active.Count == 0)
            {
                unavailable++;
                if (here.Count == 0)
                {
                    create.Add(node.Key.Name);
                }

                continue;
            }

            unavailable += active[0].IsAvailable(MinReady, Now) ? 0 : 1;
            if (active[0].Label(StatefulSetPods.RevisionLabel) != Hash)
            {
                outdated.Add(active[0]);
            }
        }

        var known = Nodes.Select(n => n.Metadata.Name).ToHashSet();
        delete.AddRange(Pods.Where(p => !p.IsDeleting() && !known.Contains(NodeOf(p))));
        delete.AddRange(Replace(outdated, unavailable));
        return (create, delete);
    }

    /// <summary>What the pods amount to.</summary>
    public DaemonSetStatus Status(int collisions)
    {
        var wanted = Nodes.Where(Wants).Select(n => n.Key.Name).ToHashSet(StringComparer.Ordinal);
        var active = Pods.Where(PodStates.IsActive).ToList();
        var placed = active.Where(p => wanted.Contains(NodeOf(p) ?? "")).DistinctBy(NodeOf).ToList();
        var available = placed.Count(p => p.IsAvailable(MinReady, Now));
        return Set.Status with
        {
            ObservedGeneration = Set.Metadata.Generation,
            DesiredNumberScheduled = wanted.Count,
            CurrentNumberScheduled = placed.Count,
            NumberMisscheduled = active.Count(p => !wanted.Contains(NodeOf(p) ?? "")),
            NumberReady = placed.Count(PodStates.IsReady),
            NumberAvailable = available,
            NumberUnavailable = wanted.Count - available,
            UpdatedNumberScheduled = placed.Count(p => p.Label(StatefulSetPods.RevisionLabel) == Hash),
            CollisionCount = collisions > 0 ? collisions : Set.Status.CollisionCount,
        };
    }

    private bool Wants(Node node) => DaemonPlacement.Wants(Set, node);

    private IEnumerable<Pod> Replace(List<Pod> outdated, int unavailable)
    {
        if ((Set.Spec.UpdateStrategy?.Type ?? "RollingUpdate") != "RollingUpdate")
        {
            return [];
        }

        var most = (Set.Spec.UpdateStrategy?.RollingUpdate?.MaxUnavailable ?? 1).Resolve(
            Nodes.Count(Wants), roundUp: true);
        // Those that do not serve cost nothing.
        var idle = outdated.Where(p => !p.IsAvailable(MinReady, Now)).ToList();
        return [.. idle, .. outdated.Except(idle).Take(Math.Max(0, Math.Max(1, most) - unavailable))];
    }
}
