using System.Text;
using Microsoft.Extensions.Logging;

namespace Hortus.Storage;

/// <summary>
/// The store inside the process: all newest values and a window of history in memory, every write in an append-only
/// log. Reads never wait for writes. One process per folder.
/// </summary>
public sealed class EmbeddedStore : IStore
{
    private const int MaxKeyBytes = 4096;

    private readonly EmbeddedStoreOptions _options;
    private readonly ICommitLog _log;
    private readonly WatchHub _hub;
    private readonly StoreWriter _writer;
    private int _disposed;

    private EmbeddedStore(EmbeddedStoreOptions options, TimeProvider time, ICommitLog log, WorkingState working)
    {
        _options = options;
        _log = log;
        _hub = new WatchHub(options, time, working.Seal());
        _writer = new StoreWriter(_hub, working, log);
        if (options is { Directory: not null, Durability: StoreDurability.Relaxed })
        {
            _writer.SyncEvery(options.RelaxedSyncInterval, time);
        }
    }

    /// <summary>
    /// Why writes fail at present (disk full), for readiness checks; null when the last one could be made durable.
    /// </summary>
    public string? WriteFailure => _log.Failure;

    /// <summary>What the store holds and has done since it was opened.</summary>
    public StoreStatistics Statistics
    {
        get
        {
            var state = _hub.State;
            return new StoreStatistics
            {
                Revision = state.Revision,
                OldestRevision = state.OldestReadable,
                Keys = state.Index.Count,
                LiveBytes = state.LiveBytes,
                LogBytes = _log.Size,
                Writes = _writer.WriteCount,
                Commits = _writer.BatchCount,
                Watchers = _hub.WatcherCount,
                WatchersTooSlow = _hub.TooSlowCount,
            };
        }
    }

    /// <summary>
    /// Opens the store in <see cref="EmbeddedStoreOptions.Directory"/>, or one in memory when that is null.
    /// </summary>
    /// <exception cref="ArgumentException">The options cannot be used; the message names every problem.</exception>
    /// <exception cref="StoreException">
    /// <see cref="StoreFailure.Locked"/>: another process has the folder; <see cref="StoreFailure.Corrupt"/>: the files
    /// are damaged, the message says where; <see cref="StoreFailure.Unavailable"/>: they cannot be read or written.
    /// </exception>
    public static async Task<EmbeddedStore> OpenAsync(
        EmbeddedStoreOptions options,
        TimeProvider time,
        ILogger<EmbeddedStore> logger,
        CancellationToken cancellationToken)
    {
        RequireValid(options);
        return options.Directory is null
            ? InMemory(options, time)
            : await Task.Run(
                () => Open(new DiskFiles(options.Directory), new StoreLogContext(options, time, logger)),
                cancellationToken);
    }

    /// <summary>A store without files: everything is gone with it.</summary>
    public static EmbeddedStore InMemory(TimeProvider time) => InMemory(new EmbeddedStoreOptions(), time);

    /// <summary>A store without files: everything is gone with it.</summary>
    /// <exception cref="ArgumentException">The options cannot be used; the message names every problem.</exception>
    public static EmbeddedStore InMemory(EmbeddedStoreOptions options, TimeProvider time)
    {
        RequireValid(options);
        return new EmbeddedStore(
            options, time, new NoLog(), new WorkingState(options, time, [], StoreState.FirstRevision));
    }

    internal static EmbeddedStore Open(IStoreFiles files, StoreLogContext context)
    {
        var folderLock = files.Lock();
        try
        {
            var recovered = new StoreRecovery(files, context).Open();
            return new EmbeddedStore(
                context.Options, context.Time, new CommitLog(files, folderLock, recovered, context), recovered.Working);
        }
        catch (Exception error)
        {
            folderLock.Dispose();
            if (error is StoreException)
            {
                throw;
            }

            throw new StoreException(
                StoreFailure.Unavailable, $"cannot open the store {files.Location}: {error.Message}", error);
        }
    }

    public ValueTask<long> GetRevisionAsync(CancellationToken cancellationToken) => new(Readable().Revision);

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(Readable().Index.Find(key));

    public ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken) =>
        new(Readable().Range(request));

    public ValueTask<WriteResult> WriteAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        // Once it is queued a write is always answered: it takes milliseconds, and an answer is worth more than a quick
        // exit.
        cancellationToken.ThrowIfCancellationRequested();
        var keyBytes = Encoding.UTF8.GetByteCount(request.Key);
        if (keyBytes is 0 or > MaxKeyBytes)
        {
            throw new ArgumentException(
                $"a key has 1 to {MaxKeyBytes} bytes, this one has {keyBytes}", nameof(request));
        }

        if (request.Value?.Length > _options.MaxValueBytes)
        {
            throw new StoreException(
                StoreFailure.TooLarge,
                $"the value of {request.Key} has {request.Value?.Length} bytes, "
                + $"at most {_options.MaxValueBytes} are stored");
        }

        return new ValueTask<WriteResult>(_writer.Enqueue(new PendingCommand(request, 0)));
    }

    public IAsyncEnumerable<ChangeBatch> WatchAsync(
        string prefix, long afterRevision, CancellationToken cancellationToken) =>
        _hub.WatchAsync(prefix, afterRevision, cancellationToken);

    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _writer.Enqueue(new PendingCommand(null, revision));
    }

    /// <summary>
    /// Finishes the writes that wait, ends all watches with <see cref="StoreFailure.Unavailable"/>, closes the files.
    /// </summary>
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
