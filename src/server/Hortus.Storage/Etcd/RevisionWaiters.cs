namespace Hortus.Storage.Etcd;

/// <summary>Those who wait until the mirror has come to a revision.</summary>
internal sealed class RevisionWaiters
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();

    public async ValueTask<StoreState> AddAsync(
        long revision, Func<StoreState> state, CancellationToken cancellationToken)
    {
        TaskCompletionSource waiter;
        lock (_lock)
        {
            var now = state();
            if (now.Revision >= revision)
            {
                return now;
            }

            waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(waiter, revision);
        }

        await waiter.Task.WaitAsync(cancellationToken);
        return state();
    }

    /// <summary>Wakes those who wait for a revision up to this one.</summary>
    public void Release(long revision)
    {
        lock (_lock)
        {
            while (_waiting.TryPeek(out var waiter, out var awaited) && awaited <= revision)
            {
                _waiting.Dequeue();
                waiter.TrySetResult();
            }
        }
    }
}
