using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Target;

/// <summary>Kind and name of an object, whatever version it is read in.</summary>
internal readonly record struct ObjectId(string Group, string Kind, string? Namespace, string Name)
{
    public override string ToString() =>
        $"{(Group.Length == 0 ? "" : Group + "/")}{Kind}/{(Namespace is null ? "" : Namespace + "/")}{Name}";
}

/// <summary>
/// The cluster that objects are applied to. What carries the label of this manager is watched, kind by kind, from the first object
/// of the kind on; reading it costs no request.
/// </summary>
internal sealed class TargetCluster(ControllerManager manager, string managedBy, TimeProvider clock)
{
    private static readonly TimeSpan SyncMax = TimeSpan.FromSeconds(10);
    private static readonly ResourceKind Pods = ResourceKind.Of<Hortus.Objects.Kubernetes.Pod>();
    private readonly Lock gate = new();
    private readonly Dictionary<GroupVersionResource, DynamicCache> caches = [];
    private readonly ConcurrentDictionary<ObjectKey, bool> podWaiters = [];

    private string Selector => $"{ResourceNames.ManagedBy}={managedBy}";

    public IKubernetesClient Client => manager.Client;

    public IDynamicClient Dynamic => manager.Client.Dynamic;

    public KindCatalog Kinds { get; } = new(manager.Client, clock);

    /// <summary>Which ManagedResources want which objects.</summary>
    public ReverseIndex<ObjectId> Users { get; } = new();

    /// <summary>Takes the keys of ManagedResources whose objects changed.</summary>
    public Action<ObjectKey> Enqueue { get; set; } = _ => { };

    /// <summary>The cached object; null when it is not there or does not carry this manager's label.</summary>
    /// <exception cref="TimeoutException">The kind cannot be read.</exception>
    public async Task<DynamicObject?> FindAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken) =>
        (await CacheAsync(kind, cancellationToken)).Find(key);

    /// <summary>The cached object if its kind is read already.</summary>
    public DynamicObject? Peek(ResourceKind kind, ObjectKey key)
    {
        lock (gate)
        {
            return caches.TryGetValue(kind.GroupVersionResource, out var cache) && cache.HasSynced ? cache.Find(key) : null;
        }
    }

    /// <summary>All cached objects of a kind.</summary>
    public async Task<IReadOnlyList<DynamicObject>> ListAsync(
        ResourceKind kind, string? @namespace, CancellationToken cancellationToken) =>
        (await CacheAsync(kind, cancellationToken)).List(@namespace);

    /// <summary>Waits until a cached object fits.</summary>
    public async Task WaitAsync(
        ResourceKind kind, ObjectKey key, Func<DynamicObject?, bool> condition, CancellationToken cancellationToken) =>
        await (await CacheAsync(kind, cancellationToken)).WaitAsync(key, condition, cancellationToken);

    /// <summary>Tells a ManagedResource of every change of pods from now on, or no longer.</summary>
    public void FollowPods(ObjectKey user, bool follow)
    {
        if (follow)
        {
            podWaiters[user] = true;
        }
        else
        {
            podWaiters.TryRemove(user, out _);
        }
    }

    private async Task<DynamicCache> CacheAsync(ResourceKind kind, CancellationToken cancellationToken)
    {
        if (!IsOpen(kind))
        {
            await ProbeAsync(kind, cancellationToken);
        }

        var cache = Open(kind);
        if (cache.HasSynced)
        {
            return cache;
        }

        using var limit = new CancellationTokenSource(SyncMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await cache.WaitForSyncAsync(either.Token);
            return cache;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // A kind that is gone must not be asked for until the end of time.
            Close(kind);
            Kinds.Invalidate();
            throw new TimeoutException($"cannot list {kind.GroupResource} of the target cluster within {SyncMax.TotalSeconds} s", e);
        }
    }

    private bool IsOpen(ResourceKind kind)
    {
        lock (gate)
        {
            return caches.ContainsKey(kind.GroupVersionResource);
        }
    }

    // Whoever may not list a kind is told so at once, not when the patience with a watch is at its end.
    private async Task ProbeAsync(ResourceKind kind, CancellationToken cancellationToken)
    {
        try
        {
            await Dynamic.ListAsync(kind, new ListOptions { LabelSelector = Selector, Limit = 1 }, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            Kinds.Invalidate();
            throw;
        }
    }

    private DynamicCache Open(ResourceKind kind)
    {
        lock (gate)
        {
            if (!caches.TryGetValue(kind.GroupVersionResource, out var cache))
            {
                cache = manager.OpenCache(kind, new DynamicCacheOptions
                {
                    Scope = new CacheScope(LabelSelector: Selector),
                    Keep = WithoutManagedFields,
                    Changed = (old, current) => Tell(kind, current ?? old!),
                });
                caches.Add(kind.GroupVersionResource, cache);
            }

            return cache;
        }
    }

    private void Close(ResourceKind kind)
    {
        lock (gate)
        {
            if (caches.Remove(kind.GroupVersionResource, out var cache))
            {
                cache.Dispose();
            }
        }
    }

    private void Tell(ResourceKind kind, DynamicObject value)
    {
        foreach (var user in Users.UsersOf(new ObjectId(kind.Group, kind.Kind, value.Metadata.Namespace, value.Metadata.Name ?? "")))
        {
            Enqueue(user);
        }

        if (kind.GroupVersionResource == Pods.GroupVersionResource)
        {
            foreach (var user in podWaiters.Keys)
            {
                Enqueue(user);
            }
        }
    }

    private static DynamicObject WithoutManagedFields(DynamicObject value)
    {
        (value.Json["metadata"] as System.Text.Json.Nodes.JsonObject)?.Remove("managedFields");
        return value with { Metadata = value.Metadata with { ManagedFields = null } };
    }
}
