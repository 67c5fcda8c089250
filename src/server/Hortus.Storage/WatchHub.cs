using System.Runtime.CompilerServices;

namespace Hortus.Storage;

/// <summary>The published state and those who follow it. Publishing never waits for a watcher.</summary>
internal sealed class WatchHub
{
    private const int ReplayBatch = 256;

    private readonly StoreMemoryOptions _options;
    private readonly Lock _lock = new();
    private readonly List<Watcher> _watchers = [];
    private readonly ITimer _progress;
    private StoreException? _closed;
    private StoreState _state;
    private long _tooSlow;

    public WatchHub(StoreMemoryOptions options, TimeProvider time, StoreState state)
    {
        _options = options;
        _state = state;
        _progress = time.CreateTimer(
            _ => TellProgress(), null, options.WatchProgressInterval, options.WatchProgressInterval);
    }

    public StoreState State => Volatile.Read(ref _state);

    public int WatcherCount
    {
        get
        {
            lock (_lock)
            {
                return _watchers.Count;
            }
        }
    }

    /// <summary>Watches ended so far because they did not keep up.</summary>
    public long TooSlowCount => Interlocked.Read(ref _tooSlow);

    public void Publish(StoreState state, List<StoreChange> changes)
    {
        lock (_lock)
        {
            Volatile.Write(ref _state, state);
            for (var i = _watchers.Count - 1; i >= 0; i--)
            {
                if (!_watchers[i].Offer(changes, state.Revision))
                {
                    _watchers.RemoveAt(i);
                    Interlocked.Increment(ref _tooSlow);
                }
            }
        }
    }

    /// <summary>Changes of keys with the prefix after a revision, as <see cref="IStore.WatchAsync"/> says.</summary>
    public async IAsyncEnumerable<ChangeBatch> WatchAsync(
        string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (watcher, start) = Subscribe(prefix, afterRevision);
        try
        {
            // The first batch comes at once, even when it is empty: from then on nothing is missed.
            foreach (var batch in Replay(watcher, start, afterRevision))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return batch;
            }

            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (watcher.Take() is { } batch)
                {
                    yield return batch;
                }
                else
                {
                    await watcher.WaitAsync(cancellationToken);
                }
            }
        }
        finally
        {
            Unsubscribe(watcher);
        }
    }

    /// <summary>Adds a watcher that is given every change after the returned state.</summary>
    private (Watcher Watcher, StoreState Start) Subscribe(string prefix, long afterRevision)
    {
        lock (_lock)
        {
            if (_closed is not null)
            {
                throw new StoreException(_closed.Failure, _closed.Message);
            }

            _state.RequireReadable(afterRevision);
            var watcher = new Watcher(prefix, _state.Revision, _options);
            _watchers.Add(watcher);
            return (watcher, _state);
        }
    }

    private void Unsubscribe(Watcher watcher)
    {
        lock (_lock)
        {
            _watchers.Remove(watcher);
        }
    }

    /// <summary>Goes on with a state that does not follow from the last one; ends every watch with this error.</summary>
    public void Replace(StoreState state, StoreException error)
    {
        lock (_lock)
        {
            Volatile.Write(ref _state, state);
            foreach (var watcher in _watchers)
            {
                watcher.End(error);
            }

            _watchers.Clear();
        }
    }

    /// <summary>Ends every watch, now and later, with this error.</summary>
    public void Close(StoreException error)
    {
        _progress.Dispose();
        lock (_lock)
        {
            _closed = error;
            foreach (var watcher in _watchers)
            {
                watcher.End(error);
            }

            _watchers.Clear();
        }
    }

    private void TellProgress()
    {
        lock (_lock)
        {
            foreach (var watcher in _watchers)
            {
                watcher.Nudge();
            }
        }
    }

    private static IEnumerable<ChangeBatch> Replay(Watcher watcher, StoreState start, long afterRevision)
    {
        var changes = new List<StoreChange>();
        foreach (var change in start.ChangesAfter(afterRevision))
        {
            if (!watcher.Matches(change))
            {
                continue;
            }

            if (changes.Count >= ReplayBatch && changes[^1].Revision != change.Revision)
            {
                yield return new ChangeBatch(changes, changes[^1].Revision);
                changes = [];
            }

            changes.Add(change);
        }

        yield return new ChangeBatch(changes, start.Revision);
    }
}
