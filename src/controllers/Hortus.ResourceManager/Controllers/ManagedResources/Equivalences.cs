using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Target;

namespace Hortus.ResourceManager;

/// <summary>Kinds that stand for one another, because objects moved from one group to another.</summary>
internal sealed class Equivalences
{
    private static readonly (string Group, string Kind)[][] BuiltIn =
    [
        [("extensions", "Deployment"), ("apps", "Deployment")],
        [("extensions", "DaemonSet"), ("apps", "DaemonSet")],
        [("extensions", "ReplicaSet"), ("apps", "ReplicaSet")],
        [("extensions", "StatefulSet"), ("apps", "StatefulSet")],
        [("extensions", "Ingress"), ("networking.k8s.io", "Ingress")],
        [("extensions", "NetworkPolicy"), ("networking.k8s.io", "NetworkPolicy")],
    ];

    private readonly Dictionary<(string Group, string Kind), HashSet<(string Group, string Kind)>> sets = [];

    public Equivalences(IReadOnlyList<IReadOnlyList<GroupKind>>? declared)
    {
        var all = BuiltIn.Concat((declared ?? []).Select(set => set.Select(k => (k.Group, k.Kind)).ToArray()));
        foreach (var set in all)
        {
            // Sets that share a kind are one.
            var merged = set.ToHashSet();
            foreach (var member in set)
            {
                if (sets.TryGetValue(member, out var other))
                {
                    merged.UnionWith(other);
                }
            }

            foreach (var member in merged)
            {
                sets[member] = merged;
            }
        }
    }

    /// <summary>The object itself and what it may be known as.</summary>
    public IEnumerable<ObjectId> NamesOf(ObjectId id) =>
        sets.TryGetValue((id.Group, id.Kind), out var set)
            ? set.Select(k => id with { Group = k.Group, Kind = k.Kind }).OrderByDescending(other => other == id)
            : [id];
}
