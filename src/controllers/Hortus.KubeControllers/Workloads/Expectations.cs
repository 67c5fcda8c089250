using Hortus.Objects;

namespace Hortus.KubeControllers.Workloads;

/// <summary>
/// Remembers the creations and deletions of a controller that its cache does not show yet, so that a stale cache never
/// leads to a second pod or a second victim. Feed it with <see cref="Observe"/> from the cache's changes. Safe for many
/// threads.
/// </summary>
internal sealed class Expectations(TimeProvider clock)
{
    /// <summary>After this time the cache is believed again: an event may have been lost in a new list.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly Dictionary<ObjectKey, ObjectKey> creations = [];
    private readonly Dictionary<string, ObjectKey> deletions = new(StringComparer.Ordinal);
    private readonly Dictionary<ObjectKey, Open> open = [];

    /// <summary>Call before creating; the child's name must not have been used before.</summary>
    public void ExpectCreation(ObjectKey owner, ObjectKey child)
    {
        lock (gate)
        {
            creations[child] = owner;
            Begin(owner).Creations.Add(child);
        }
    }

    /// <summary>Call before deleting.</summary>
    public void ExpectDeletion(ObjectKey owner, string uid)
    {
        lock (gate)
        {
            deletions[uid] = owner;
            Begin(owner).Deletions.Add(uid);
        }
    }

    /// <summary>The creation failed: nothing will come.</summary>
    public void CreationFailed(ObjectKey child)
    {
        lock (gate)
        {
            EndCreation(child);
        }
    }

    /// <summary>The deletion failed: nothing will come.</summary>
    public void DeletionFailed(string uid)
    {
        lock (gate)
        {
            EndDeletion(uid);
        }
    }

    /// <summary>Takes note of a change; always true, so that it can stand in a watch's filter.</summary>
    public bool Observe(KubernetesObject? old, KubernetesObject? current)
    {
        lock (gate)
        {
            if ((current ?? old) is not { } seen)
            {
                return true;
            }

            EndCreation(seen.Key);
            if (seen.Metadata.Uid is { } uid && (current is null || current.Metadata.DeletionTimestamp is not null))
            {
                EndDeletion(uid);
            }

            return true;
        }
    }

    /// <summary>Whether the cache shows everything this owner's controller did.</summary>
    public bool AreMet(ObjectKey owner)
    {
        lock (gate)
        {
            if (!open.TryGetValue(owner, out var waiting))
            {
                return true;
            }

            if (clock.GetElapsedTime(waiting.Since) < Patience)
            {
                return false;
            }

            Drop(owner);
            return true;
        }
    }

    /// <summary>The owner is gone.</summary>
    public void Forget(ObjectKey owner)
    {
        lock (gate)
        {
            Drop(owner);
        }
    }

    private Open Begin(ObjectKey owner)
    {
        if (!open.TryGetValue(owner, out var waiting))
        {
            open[owner] = waiting = new Open(clock.GetTimestamp());
        }

        return waiting;
    }

    private void EndCreation(ObjectKey child)
    {
        if (creations.Remove(child, out var owner) && open.TryGetValue(owner, out var waiting))
        {
            waiting.Creations.Remove(child);
            Close(owner, waiting);
        }
    }

    private void EndDeletion(string uid)
    {
        if (deletions.Remove(uid, out var owner) && open.TryGetValue(owner, out var waiting))
        {
            waiting.Deletions.Remove(uid);
            Close(owner, waiting);
        }
    }

    private void Close(ObjectKey owner, Open waiting)
    {
        if (waiting.Creations.Count == 0 && waiting.Deletions.Count == 0)
        {
            open.Remove(owner);
        }
    }

    private void Drop(ObjectKey owner)
    {
        if (open.Remove(owner, out var waiting))
        {
            foreach (var child in waiting.Creations)
            {
                creations.Remove(child);
            }

            foreach (var uid in waiting.Deletions)
            {
                deletions.Remove(uid);
            }
        }
    }

    private sealed class Open(long since)
    {
        public long Since { get; } = since;

        public HashSet<ObjectKey> Creations { get; } = [];

        public HashSet<string> Deletions { get; } = new(StringComparer.Ordinal);
    }
}
