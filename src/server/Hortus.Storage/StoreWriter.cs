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
/// The one thread that changes the store: takes all commands that wait, decides them in order, makes them durable
/// together, publishes them, answers. A thread of its own because it spends its life waiting for the disk.
/// </summary>
internal sealed class StoreWriter
{
    private const int MaxBatch = 512;
    private const long MaxBatchBytes = 8 << 20;
    private const int MaxWaiting = 20_000;
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(500);

    private readonly WatchHub _hub;
    private readonly ICommitLog _log;
    private readonly WorkingState _working;
    private readonly Queue<PendingCommand> _queue = new();
    private readonly List<PendingCommand> _batch = [];
    private readonly List<StoreChange> _changes = [];
    private readonly Thread _thread;
    private ITimer? _sync;
    private bool _syncDue;
    private bool _crowded;
    private bool _stopping;
    private long _writeCount;
    private long _batchCount;

    public StoreWriter(WatchHub hub, WorkingState working, ICommitLog log)
    {
        _hub = hub;
        _working = working;
        _log = log;
        _thread = new Thread(Run) { IsBackground = true, Name = "store-writer" };
        _thread.Start();
    }

    /// <summary>Changes committed.</summary>
    public long WriteCount => Interlocked.Read(ref _writeCount);

    /// <summary>Group commits they needed.</summary>
    public long BatchCount => Interlocked.Read(ref _batchCount);

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

    /// <summary>Flushes regularly what was written without a flush.</summary>
    public void SyncEvery(TimeSpan interval, TimeProvider time) => _sync = time.CreateTimer(
        _ =>
        {
            lock (_queue)
            {
                _syncDue = true;
                Monitor.Pulse(_queue);
            }
        },
        null,
        interval,
        interval);

    /// <summary>Finishes what waits and ends the thread.</summary>
    public void Stop()
    {
        _sync?.Dispose();
        lock (_queue)
        {
            _stopping = true;
            Monitor.Pulse(_queue);
        }

        _thread.Join();
    }

    private void Run()
    {
        while (TakeBatch(out var sync, out var probe))
        {
            try
            {
                if (probe)
                {
                    _log.Probe();
                }

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

    private bool TakeBatch(out bool sync, out bool probe)
    {
        probe = false;
        if (_crowded)
        {
            // Writers that were just answered come back in a moment; with their next writes the flush serves more of them.
            Thread.Yield();
        }

        lock (_queue)
        {
            while (_queue.Count == 0 && !_syncDue && !_stopping && !probe)
            {
                // While writes fail nobody may send any: who asks for readiness must still learn that they work again.
                if (_log.Failure is null)
                {
                    Monitor.Wait(_queue);
                }
                else
                {
                    probe = !Monitor.Wait(_queue, ProbeInterval);
                }
            }

            sync = _syncDue;
            _syncDue = false;
            long bytes = 0;
            while (_batch.Count < MaxBatch && bytes < MaxBatchBytes && _queue.TryDequeue(out var command))
            {
                _batch.Add(command);
                bytes += command.Write?.Value?.Length ?? 0;
            }

            _crowded = _batch.Count > 1;
            return _batch.Count > 0 || sync || !_stopping;
        }
    }

    private void Commit()
    {
        foreach (var command in _batch)
        {
            command.Result = command.Write is { } write ? Decide(write) : AcceptCompaction(command);
        }

        var compactedTo = CompactedTo();
        if (_changes.Count > 0 || compactedTo > 0)
        {
            _log.Append(_changes, compactedTo, _working.Revision);
            _working.Record(_changes);
            if (compactedTo > 0)
            {
                _working.Compact(compactedTo);
            }

            Interlocked.Increment(ref _batchCount);
            Interlocked.Add(ref _writeCount, _changes.Count);
        }

        var state = _working.Seal();
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
        var current = _working.Find(write.Key);
        if ((current?.ModRevision ?? 0) != write.ExpectedModRevision)
        {
            return new WriteResult(false, _working.Revision, current);
        }

        if (write.Value is null && current is null)
        {
            return new WriteResult(true, _working.Revision, null);
        }

        // A copy: the caller may reuse its buffer, and a larger one would be kept alive for as long as the value is.
        var change = _working.Apply(write.Key, current, write.Value?.ToArray());
        _changes.Add(change);
        return new WriteResult(true, change.Revision, change.Current);
    }

    private WriteResult? AcceptCompaction(PendingCommand command)
    {
        var newest = _hub.State.Revision;
        if (command.CompactTo > newest)
        {
            command.TrySetException(new StoreException(
                StoreFailure.FutureRevision,
                $"cannot compact to revision {command.CompactTo}, the newest is {newest}")
            { Revision = newest });
            return null;
        }

        return new WriteResult(true, newest, null);
    }

    private long CompactedTo()
    {
        var upTo = 0L;
        foreach (var command in _batch)
        {
            upTo = command is { Write: null, Result: not null } ? Math.Max(upTo, command.CompactTo) : upTo;
        }

        return upTo;
    }

    private void Fail(Exception error)
    {
        _working.Reset(_hub.State);
        if (error is not StoreException)
        {
            _log.Distrust();
        }

        var failure = (error as StoreException)?.Failure ?? StoreFailure.OutcomeUnknown;
        foreach (var command in _batch)
        {
            command.TrySetException(new StoreException(failure, error.Message, error));
        }
    }
}
