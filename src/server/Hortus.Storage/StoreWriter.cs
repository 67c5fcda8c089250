namespace Hortus.Storage;

/// <summary>A command that waits for the writer, and its answer.</summary>
internal sealed class PendingCommand(WriteRequest? write, long compactTo)
    : TaskCompletionSource<WriteResult>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>The write, or null when this is a compaction.</summary>
    public WriteRequest? Write { get; } = write;

    public long CompactTo { get; } = compactTo;

    /// <summary>Kept back until the batch is durable: even a refusal may tell of a write of the same batch.</summary>
    public WriteResult? Result { get; set; }
}

/// <summary>
/// The one thread that changes the store: takes all commands that wait, decides them in order, makes them durable together,
/// publishes them, answers. A thread of its own because it spends its life waiting for the disk.
/// </summary>
internal sealed class StoreWriter
{
    private const int MaxBatch = 512;
    private const long MaxBatchBytes = 8 << 20;
    private const int MaxWaiting = 20_000;

    private readonly WatchHub _hub;
    private readonly History _history;
    private readonly ICommitLog _log;
    private readonly OrderedIndex.Editor _editor;
    private readonly Queue<PendingCommand> _queue = new();
    private readonly List<PendingCommand> _batch = [];
    private readonly List<StoreChange> _changes = [];
    private readonly Thread _thread;
    private bool _syncDue;
    private bool _stopping;
    private bool _stopped;
    private long _revision;
    private long _liveBytes;

    public StoreWriter(WatchHub hub, History history, ICommitLog log)
    {
        _hub = hub;
        _history = history;
        _log = log;
        _editor = new OrderedIndex.Editor(hub.State.Index);
        _revision = hub.State.Revision;
        _liveBytes = hub.State.LiveBytes;
        _thread = new Thread(Run) { IsBackground = true, Name = "store-writer" };
        _thread.Start();
    }

    public long WriteCount { get; private set; }

    public long BatchCount { get; private set; }

    public Task<WriteResult> Enqueue(PendingCommand command)
    {
        lock (_queue)
        {
            if (_stopping)
            {
                throw new StoreException(StoreFailure.Unavailable, "the store is closed");
            }

            if (_queue.Count >= MaxWaiting)
            {
                throw new StoreException(
                    StoreFailure.Unavailable, $"the store is overloaded: {_queue.Count} writes wait; try again");
            }

            _queue.Enqueue(command);
            Monitor.Pulse(_queue);
        }

        return command.Task;
    }

    /// <summary>Asks for what was written without a flush to be flushed.</summary>
    public void RequestSync()
    {
        lock (_queue)
        {
            _syncDue = true;
            Monitor.Pulse(_queue);
        }
    }

    /// <summary>Finishes what waits and ends the thread.</summary>
    public void Stop()
    {
        lock (_queue)
        {
            _stopping = true;
            Monitor.Pulse(_queue);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (TakeBatch(out var sync))
        {
            try
            {
                if (_batch.Count > 0)
                {
                    Commit();
                }

                if (sync)
                {
                    _log.Sync();
                }
            }
            catch (Exception error)
            {
                Fail(error);
            }

            _batch.Clear();
            _changes.Clear();
        }
    }

    private bool TakeBatch(out bool sync)
    {
        lock (_queue)
        {
            while (_queue.Count == 0 && !_syncDue && !_stopping)
            {
                Monitor.Wait(_queue);
            }

            sync = _syncDue;
            _syncDue = false;
            long bytes = 0;
            while (_batch.Count < MaxBatch && bytes < MaxBatchBytes && _queue.TryDequeue(out var command))
            {
                _batch.Add(command);
                bytes += command.Write?.Value?.Length ?? 0;
            }

            _stopped = _stopping && _batch.Count == 0;
            return !_stopped;
        }
    }

    private void Commit()
    {
        foreach (var command in _batch)
        {
            command.Result = command.Write is { } write ? Decide(write) : Compact(command);
        }

        if (_changes.Count > 0)
        {
            _log.Append(_changes);
            BatchCount++;
            WriteCount += _changes.Count;
        }

        foreach (var change in _changes)
        {
            _history.Append(change);
        }

        _history.Trim(_revision);
        var state = new StoreState(_editor.Seal(), _revision, _history.OldestReadable, _history.Head, _liveBytes);
        _hub.Publish(state, _changes);
        foreach (var command in _batch)
        {
            if (command.Result is not null)
            {
                command.TrySetResult(command.Result);
            }
        }

        _log.Committed(state);
    }

    private WriteResult Decide(WriteRequest write)
    {
        var current = _editor.Find(write.Key);
        if ((current?.ModRevision ?? 0) != write.ExpectedModRevision)
        {
            return new WriteResult(false, _revision, current);
        }

        if (write.Value is null && current is null)
        {
            return new WriteResult(true, _revision, null);
        }

        _revision++;
        StoredValue? next = null;
        if (write.Value is { } value)
        {
            // The caller may reuse its buffer, and a larger one would be kept alive for as long as the value is.
            next = new StoredValue(
                current?.Key ?? write.Key, value.ToArray(), current?.CreateRevision ?? _revision, _revision);
            _editor.Set(next);
        }
        else
        {
            _editor.Remove(write.Key);
        }

        _liveBytes += StoreState.SizeOf(next) - StoreState.SizeOf(current);
        _changes.Add(new StoreChange(_revision, next, current));
        return new WriteResult(true, _revision, next);
    }

    private WriteResult? Compact(PendingCommand command)
    {
        var newest = _hub.State.Revision;
        if (command.CompactTo > newest)
        {
            command.TrySetException(new StoreException(
                StoreFailure.FutureRevision,
                $"cannot compact to revision {command.CompactTo}, the newest is {newest}") { Revision = newest });
            return null;
        }

        _history.Compact(command.CompactTo);
        return new WriteResult(true, newest, null);
    }

    private void Fail(Exception error)
    {
        var state = _hub.State;
        _editor.Reset(state.Index);
        _revision = state.Revision;
        _liveBytes = state.LiveBytes;
        var failure = error as StoreException;
        foreach (var command in _batch)
        {
            command.TrySetException(new StoreException(
                failure?.Failure ?? StoreFailure.OutcomeUnknown, failure?.Message ?? error.Message, error));
        }
    }
}
