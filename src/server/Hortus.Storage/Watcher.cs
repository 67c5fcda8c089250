namespace Hortus.Storage;

/// <summary>Changes that wait for one watch, bounded. The hub puts, the watch takes.</summary>
internal sealed class Watcher(string prefix, long revision, StoreMemoryOptions options)
{
    private readonly Lock _lock = new();
    private List<StoreChange> _pending = [];
    private long _pendingBytes;
    private long _offered = revision;
    private long _told = revision;
    private bool _nudged;
    private StoreException? _error;
    private TaskCompletionSource? _waiting;

    public bool Matches(StoreChange change) => change.Key().StartsWith(prefix, StringComparison.Ordinal);

    /// <summary>Puts the changes that match; false when the bound is passed and the watch has ended.</summary>
    public bool Offer(List<StoreChange> changes, long newest)
    {
        lock (_lock)
        {
            _offered = newest;
            var before = _pending.Count;
            for (var i = 0; i < changes.Count; i++)
            {
                if (Matches(changes[i]))
                {
                    _pending.Add(changes[i]);
                    _pendingBytes += StoreState.SizeOf(changes[i].Current);
                }
            }

            if (_pending.Count == before)
            {
                return true;
            }

            if (_pending.Count > options.WatchBufferEvents || _pendingBytes > options.WatchBufferBytes)
            {
                EndLocked(new StoreException(
                    StoreFailure.WatcherTooSlow,
                    $"the watch of {prefix} did not keep up: {_pending.Count} changes with {_pendingBytes} bytes "
                    + "waited; watch again from the last revision seen"));
                return false;
            }

            Wake();
            return true;
        }
    }

    /// <summary>Wakes the watch when the revision has moved since it was last told.</summary>
    public void Nudge()
    {
        lock (_lock)
        {
            if (_offered > _told)
            {
                _nudged = true;
                Wake();
            }
        }
    }

    public void End(StoreException error)
    {
        lock (_lock)
        {
            EndLocked(error);
        }
    }

    /// <summary>Takes what waits, or null when nothing does.</summary>
    /// <exception cref="StoreException">The watch has ended.</exception>
    public ChangeBatch? Take()
    {
        lock (_lock)
        {
            if (_error is not null)
            {
                throw new StoreException(_error.Failure, _error.Message) { Revision = _error.Revision };
            }

            if (_pending.Count == 0 && !_nudged)
            {
                return null;
            }

            var changes = _pending;
            _pending = [];
            _pendingBytes = 0;
            _nudged = false;
            _told = _offered;
            return new ChangeBatch(changes, _told);
        }
    }

    /// <summary>Completes when <see cref="Take"/> has something.</summary>
    public Task WaitAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_error is not null || _pending.Count > 0 || _nudged)
            {
                return Task.CompletedTask;
            }

            _waiting ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _waiting.Task.WaitAsync(cancellationToken);
        }
    }

    private void EndLocked(StoreException error)
    {
        _error = error;
        _pending = [];
        Wake();
    }

    private void Wake()
    {
        _waiting?.TrySetResult();
        _waiting = null;
    }
}
