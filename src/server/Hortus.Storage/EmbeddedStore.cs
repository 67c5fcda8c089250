using System.Runtime.CompilerServices;
using System.Text;

namespace Hortus.Storage;

/// <summary>
/// The store inside the process: all newest values and a window of history in memory, every write in an append-only log.
/// Reads never wait for writes. One process per folder.
/// </summary>
public sealed class EmbeddedStore : IStore
{
    private const int MaxKeyBytes = 4096;
    private const int ReplayBatch = 256;

    private readonly EmbeddedStoreOptions _options;
    private readonly ICommitLog _log;
    private readonly WatchHub _hub;
    private readonly StoreWriter _writer;
    private int _disposed;

    private EmbeddedStore(EmbeddedStoreOptions options, TimeProvider time, ICommitLog log, StoreState state, History history)
    {
        _options = options;
        _log = log;
        _hub = new WatchHub(options, time, state);
        _writer = new StoreWriter(_hub, history, log);
    }

    /// <summary>A store without files: everything is gone with it.</summary>
    public static EmbeddedStore InMemory(TimeProvider time) => InMemory(new EmbeddedStoreOptions(), time);

    /// <summary>A store without files: everything is gone with it.</summary>
    /// <exception cref="ArgumentException">The options cannot be used; the message names every problem.</exception>
    public static EmbeddedStore InMemory(EmbeddedStoreOptions options, TimeProvider time)
    {
        RequireValid(options);
        var history = new History(options, time, StoreState.FirstRevision);
        var state = new StoreState(
            OrderedIndex.Empty, StoreState.FirstRevision, history.OldestReadable, history.Head, LiveBytes: 0);
        return new EmbeddedStore(options, time, new NoLog(), state, history);
    }

    public ValueTask<long> GetRevisionAsync(CancellationToken cancellationToken) => new(Readable().Revision);

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(Readable().Index.Find(key));

    public ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken) =>
        new(Readable().Range(request));

    public ValueTask<WriteResult> WriteAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        // Once it is queued a write is always answered: it takes milliseconds, and an answer is worth more than a quick exit.
        cancellationToken.ThrowIfCancellationRequested();
        var keyBytes = Encoding.UTF8.GetByteCount(request.Key);
        if (keyBytes is 0 or > MaxKeyBytes)
        {
            throw new ArgumentException($"a key has 1 to {MaxKeyBytes} bytes, this one has {keyBytes}", nameof(request));
        }

        if (request.Value?.Length > _options.MaxValueBytes)
        {
            throw new StoreException(
                StoreFailure.TooLarge,
                $"the value of {request.Key} has {request.Value?.Length} bytes, at most {_options.MaxValueBytes} are stored");
        }

        return new ValueTask<WriteResult>(_writer.Enqueue(new PendingCommand(request, 0)));
    }

    public async IAsyncEnumerable<ChangeBatch> WatchAsync(
        string prefix, long afterRevision, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (watcher, start) = _hub.Subscribe(prefix, afterRevision);
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
            _hub.Unsubscribe(watcher);
        }
    }

    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _writer.Enqueue(new PendingCommand(null, revision));
    }

    /// <summary>Finishes the writes that wait, ends all watches with <see cref="StoreFailure.Unavailable"/>, closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await Task.Run(() =>
        {
            _writer.Stop();
            _hub.Close(Closed());
            using (_log)
            {
                _log.Close(_hub.State);
            }
        });
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

            changes.Add(change);
            if (changes.Count == ReplayBatch)
            {
                yield return new ChangeBatch(changes, change.Revision);
                changes = [];
            }
        }

        yield return new ChangeBatch(changes, start.Revision);
    }

    private static void RequireValid(EmbeddedStoreOptions options)
    {
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException($"store options: {string.Join("; ", problems)}", nameof(options));
        }
    }

    private static StoreException Closed() => new(StoreFailure.Unavailable, "the store is closed");

    private StoreState Readable() => Volatile.Read(ref _disposed) == 0 ? _hub.State : throw Closed();
}
