using Hortus.Objects;

namespace Hortus.KubeControllers.Collection;

/// <summary>What the garbage collector knows of an object.</summary>
internal sealed record GraphNode(string Uid, ResourceKind Kind, ObjectKey Key, ObjectMeta Metadata)
{
    public const string Foreground = "foregroundDeletion";
    public const string Orphan = "orphan";

    public IReadOnlyList<OwnerReference> Owners => Metadata.OwnerReferences ?? [];

    public bool IsDeleting => Metadata.IsDeleting();

    /// <summary>Deletion waits until the dependants are gone.</summary>
    public bool WaitsForDependants => IsDeleting && Metadata.HasFinalizer(Foreground);

    /// <summary>Deletion waits until the dependants are let go.</summary>
    public bool LetsDependantsGo => IsDeleting && Metadata.HasFinalizer(Orphan);

    public static GraphNode Of(ResourceKind kind, ObjectMeta metadata) => new(
        metadata.Uid ?? "",
        kind,
        new ObjectKey(metadata.Namespace, metadata.Name ?? ""),
        // The rest is not needed, and there may be very many of these.
        new ObjectMeta
        {
            Name = metadata.Name,
            Namespace = metadata.Namespace,
            Uid = metadata.Uid,
            ResourceVersion = metadata.ResourceVersion,
            DeletionTimestamp = metadata.DeletionTimestamp,
            Finalizers = metadata.Finalizers,
            OwnerReferences = metadata.OwnerReferences,
        });
}

/// <summary>Objects by uid and by owner. Safe for many threads; changes give the uids that are worth another
/// look.</summary>
internal sealed class GraphStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, GraphNode> nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HashSet<string>> dependants = new(StringComparer.Ordinal);

    public GraphNode? Find(string uid)
    {
        lock (gate)
        {
            return nodes.GetValueOrDefault(uid);
        }
    }

    public IReadOnlyList<GraphNode> DependantsOf(string uid)
    {
        lock (gate)
        {
            return dependants.TryGetValue(uid, out var found) ? [.. found.Select(d => nodes[d])] : [];
        }
    }

    /// <summary>Puts an object in.</summary>
    public IReadOnlyCollection<string> Put(GraphNode node)
    {
        lock (gate)
        {
            var old = nodes.GetValueOrDefault(node.Uid);
            nodes[node.Uid] = node;
            var concerned = new HashSet<string>(StringComparer.Ordinal);
            foreach (var owner in (old?.Owners ?? []).Where(o => node.Owners.All(n => n.Uid != o.Uid)))
            {
                Unlink(owner.Uid, node.Uid);
                concerned.Add(owner.Uid);
            }

            foreach (var owner in node.Owners)
            {
                (dependants.TryGetValue(owner.Uid, out var set) ? set : dependants[owner.Uid] = []).Add(node.Uid);
                // A blocking reference that is no longer one may be what the owner waits for.
                concerned.Add(owner.Uid);
            }

            if (node.Owners.Count > 0 || node.WaitsForDependants || node.LetsDependantsGo)
            {
                concerned.Add(node.Uid);
            }

            if (node.WaitsForDependants && old?.WaitsForDependants != true &&
                dependants.TryGetValue(node.Uid, out var mine))
            {
                concerned.UnionWith(mine);
            }

            return concerned;
        }
    }

    /// <summary>Takes an object out.</summary>
    public IReadOnlyCollection<string> Remove(string uid)
    {
        lock (gate)
        {
            if (!nodes.Remove(uid, out var node))
            {
                return [];
            }

            foreach (var owner in node.Owners)
            {
                Unlink(owner.Uid, uid);
            }

            // The dependants still name the owner: the entry goes when they do.
            return [.. node.Owners.Select(o => o.Uid), .. dependants.GetValueOrDefault(uid) ?? []];
        }
    }

    /// <summary>Uids of all objects of a kind.</summary>
    public IReadOnlyList<string> OfKind(ResourceKind kind)
    {
        lock (gate)
        {
            return [.. nodes.Values.Where(n => n.Kind.GroupResource == kind.GroupResource).Select(n => n.Uid)];
        }
    }

    private void Unlink(string owner, string dependant)
    {
        if (dependants.TryGetValue(owner, out var set) && set.Remove(dependant) && set.Count == 0)
        {
            dependants.Remove(owner);
        }
    }
}
