using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>A cache that a <see cref="Reflector{T}"/> feeds.</summary>
internal sealed class ObjectCache<T> : IObjectCache<T> where T : KubernetesObject
{
    private readonly ObjectStore<T> store = new();
    private readonly TaskCompletionSource synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Changes are told one after the other. This lock is taken before the store's and never the other way round, so
    // that handlers may read any cache.
    private readonly Lock telling = new();
    private readonly List<Action<T?, T?>> handlers = [];
    private readonly Lock waiting = new();
    private readonly Dictionary<ObjectKey, List<Waiter>> waiters = [];

    public bool HasSynced => synced.Task.IsCompletedSuccessfully;

    /// <inheritdoc/>
    public T? Find(ObjectKey key) => store.Find(key);

    /// <inheritdoc/>
    public IReadOnlyList<T> List(string? @namespace = null) => store.List(@namespace);

    /// <inheritdoc/>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => synced.Task.WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public async Task<T?> WaitAsync(ObjectKey key, Func<T?, bool> condition, CancellationToken cancellationToken)
    {
        await WaitForSyncAsync(cancellationToken);
        var current = store.Find(key);
        if (condition(current))
        {
            return current;
        }

        var waiter = new Waiter(condition);
        AddWaiter(key, waiter);
        try
        {
            // The object may have changed between the look above and the registration.
            waiter.Offer(store.Find(key));
            return await waiter.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            RemoveWaiter(key, waiter);
        }
    }

    /// <summary>Calls the handler for every object that is there now (as added) and then for each change.</summary>
    /// <param name="handler">Takes the old (null: added) and new (null: deleted) state; must be quick.</param>
    public void AddHandler(Action<T?, T?> handler)
    {
        lock (telling)
        {
            handlers.Add(handler);
            foreach (var item in store.List(null))
            {
                handler(null, item);
            }
        }
    }

    public void Put(T value)
    {
        lock (telling)
        {
            PutLocked(value);
        }
    }

    public void Remove(T last)
    {
        lock (telling)
        {
            if (store.Remove(last.Key) is { } old)
            {
                // The final state carries what happened last, such as a deletion timestamp.
                Tell(old, null, last);
            }
        }
    }

    /// <summary>Takes over a complete list: what is not in it is gone.</summary>
    public void Replace(IReadOnlyList<T> items)
    {
        lock (telling)
        {
            var keys = items.Select(i => i.Key).ToHashSet();
            foreach (var gone in store.List(null).Where(o => !keys.Contains(o.Key)).ToList())
            {
                store.Remove(gone.Key);
                Tell(gone, null, gone);
            }

            foreach (var item in items)
            {
                PutLocked(item);
            }
        }

        synced.TrySetResult();
    }

    private void PutLocked(T value)
    {
        var old = store.Put(value);
        if (old is not null && old.Metadata.Uid != value.Metadata.Uid)
        {
            Tell(old, null, old);
            old = null;
        }

        if (old is null || old.Metadata.ResourceVersion != value.Metadata.ResourceVersion)
        {
            Tell(old, value, value);
        }
    }

    private void Tell(T? old, T? current, T subject)
    {
        foreach (var handler in handlers)
        {
            handler(old is not null && current is null ? subject : old, current);
        }

        Waiter[] asked;
        lock (waiting)
        {
            asked = waiters.TryGetValue(subject.Key, out var list) ? [.. list] : [];
        }

        foreach (var waiter in asked)
        {
            waiter.Offer(current);
        }
    }

    private void AddWaiter(ObjectKey key, Waiter waiter)
    {
        lock (waiting)
        {
            if (!waiters.TryGetValue(key, out var list))
            {
                waiters[key] = list = [];
            }

            list.Add(waiter);
        }
    }

    private void RemoveWaiter(ObjectKey key, Waiter waiter)
    {
        lock (waiting)
        {
            if (waiters.TryGetValue(key, out var list) && list.Remove(waiter) && list.Count == 0)
            {
                waiters.Remove(key);
            }
        }
    }

    private sealed class Waiter(Func<T?, bool> condition)
    {
        private readonly TaskCompletionSource<T?> found = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T?> Task => found.Task;

        public void Offer(T? value)
        {
            try
            {
                if (!found.Task.IsCompleted && condition(value))
                {
                    found.TrySetResult(value);
                }
            }
            catch (Exception e)
            {
                found.TrySetException(e);
            }
        }
    }
}
