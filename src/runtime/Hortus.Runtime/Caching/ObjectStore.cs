using System.Runtime.InteropServices;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>Objects by key, grouped by namespace. Lists are made once and reused until the group changes.</summary>
internal sealed class ObjectStore<T> where T : KubernetesObject
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, Group> groups = new(StringComparer.Ordinal);
    private T[]? all;

    public T? Find(ObjectKey key)
    {
        lock (gate)
        {
            return groups.TryGetValue(key.Namespace ?? "", out var group)
                ? group.Items.GetValueOrDefault(key.Name)
                : null;
        }
    }

    public IReadOnlyList<T> List(string? @namespace)
    {
        lock (gate)
        {
            if (@namespace is null)
            {
                return all ??= [.. groups.Values.SelectMany(g => g.Items.Values)];
            }

            return groups.TryGetValue(@namespace, out var group) ? group.List ??= [.. group.Items.Values] : [];
        }
    }

    /// <summary>Puts an object in and returns the one it replaces.</summary>
    public T? Put(T value)
    {
        lock (gate)
        {
            ref var group = ref CollectionsMarshal.GetValueRefOrAddDefault(
                groups, value.Metadata.Namespace ?? "", out _);
            group ??= new Group();
            ref var slot = ref CollectionsMarshal.GetValueRefOrAddDefault(
                group.Items, value.Metadata.Name ?? "", out _);
            var old = slot;
            slot = value;
            group.List = null;
            all = null;
            return old;
        }
    }

    /// <summary>Takes an object out and returns it; null when it was not there.</summary>
    public T? Remove(ObjectKey key)
    {
        lock (gate)
        {
            if (!groups.TryGetValue(key.Namespace ?? "", out var group) || !group.Items.Remove(key.Name, out var old))
            {
                return null;
            }

            group.List = null;
            all = null;
            if (group.Items.Count == 0)
            {
                groups.Remove(key.Namespace ?? "");
            }

            return old;
        }
    }

    private sealed class Group
    {
        public Dictionary<string, T> Items { get; } = new(StringComparer.Ordinal);

        public T[]? List { get; set; }
    }
}
