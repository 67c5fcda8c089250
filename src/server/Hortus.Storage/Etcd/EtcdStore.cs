using System.Text;
using Google.Protobuf;
using Hortus.Storage.Etcd;
using Hortus.Storage.Etcd.Messages;
using Microsoft.Extensions.Logging;

namespace Hortus.Storage;

/// <summary>
/// The store in an etcd cluster (3.4 or newer), shared with other processes. Reads and watches are answered from a
/// mirror in memory that one watch keeps up to date; a read first learns the cluster's newest revision, so that it sees
/// every write that was answered before, wherever it was made.
/// </summary>
public sealed class EtcdStore : IStore
{
    private const int MaxKeyBytes = 4096;

    private readonly EtcdStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly EtcdKeys _keys;
    private readonly EtcdMembers _members;
    private readonly EtcdMirror _mirror;
    private readonly RevisionReader _revisions;
    private readonly CancellationTokenSource _stopping = new();
    private readonly EtcdCompactor _compactor;
    private Task _work = Task.CompletedTask;
    private int _disposed;

    private EtcdStore(EtcdStoreOptions options, TimeProvider time, ILogger logger)
    {
        _options = options;
        _time = time;
        _keys = new EtcdKeys(options.Prefix);
        _members = new EtcdMembers(options, time, logger);
        _mirror = new EtcdMirror(options, _members, _keys, time, logger);
        _revisions = new RevisionReader(_members, _mirror, _keys);
        _compactor = new EtcdCompactor(_members, options.CompactionInterval, time, logger);
        Local = new EtcdLocalView(this, () => Readable());
    }

    /// <summary>Answers from the mirror without asking etcd; sees this process's own writes.</summary>
    public IStore Local { get; }

    /// <summary>What the mirror holds; log and commits are etcd's own affair.</summary>
    public StoreStatistics Statistics
    {
        get
        {
            var state = _mirror.State;
            return new StoreStatistics
            {
                Revision = state.Revision,
                OldestRevision = state.OldestReadable,
                Keys = state.Index.Count,
                LiveBytes = state.LiveBytes,
                Writes = _mirror.ChangeCount,
                Watchers = _mirror.Hub.WatcherCount,
                WatchersTooSlow = _mirror.Hub.TooSlowCount,
            };
        }
    }

    /// <summary>Connects, reads everything below the prefix and begins to follow the cluster.</summary>
    /// <exception cref="ArgumentException">The options cannot be used; the message names every problem.</exception>
    /// <exception cref="IOException">A certificate cannot be read.</exception>
    /// <exception cref="StoreException">
    /// Unavailable: no member could be reached within <see cref="EtcdStoreOptions.StartTimeout"/>.
    /// </exception>
    public static async Task<EtcdStore> OpenAsync(
        EtcdStoreOptions options, TimeProvider time, ILogger<EtcdStore> logger, CancellationToken cancellationToken)
    {
        if (options.Problems() is { Count: > 0 } problems)
        {
            throw new ArgumentException($"store options: {string.Join("; ", problems)}", nameof(options));
        }

        var store = new EtcdStore(options, time, logger);
        try
        {
            await store.StartAsync(cancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    public async ValueTask<long> GetRevisionAsync(CancellationToken cancellationToken) =>
        (await NewestAsync(cancellationToken)).Revision;

    public async ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        (await NewestAsync(cancellationToken)).Get(key);

    public async ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken)
    {
        var state = Readable();
        if (request.Revision == 0 || request.Revision > state.Revision)
        {
            state = await NewestAsync(cancellationToken);
        }

        return request.Revision == 0 || request.Revision >= state.OldestReadable
            ? state.Range(request)
            : await RangeInPastAsync(request, state, cancellationToken);
    }

    public async ValueTask<WriteResult> WriteAsync(WriteRequest request, CancellationToken cancellationToken)
    {
        // Once it is sent a write is always waited for: an answer is worth more than a quick exit.
        cancellationToken.ThrowIfCancellationRequested();
        Require(request);
        var known = Readable().Get(request.Key);
        var answer = await _members.WriteAsync(Conditional(request), CancellationToken.None);
        var revision = answer.Header.Revision;
        await CatchUpAsync(revision);
        if (!answer.Succeeded)
        {
            var found = answer.Responses.Single().Range.Kvs.FirstOrDefault();
            return new WriteResult(false, revision, found is null ? null : _keys.Decode(found));
        }

        if (request.Value is not { } value)
        {
            return new WriteResult(true, revision, null);
        }

        // The mirror's own copy, when no later write has replaced it already.
        var stored = _mirror.State.Get(request.Key);
        if (stored?.ModRevision != revision)
        {
            var created = request.ExpectedModRevision == 0 ? revision
                : known?.ModRevision == request.ExpectedModRevision ? known.CreateRevision
                : await CreateRevisionAsync(request.Key, revision);
            stored = new StoredValue(request.Key, value.ToArray(), created, revision);
        }

        return new WriteResult(true, revision, stored);
    }

    public async IAsyncEnumerable<ChangeBatch> WatchAsync(
        string prefix,
        long afterRevision,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (afterRevision > Readable().Revision)
        {
            await NewestAsync(cancellationToken);
        }

        await foreach (var batch in _mirror.Hub.WatchAsync(prefix, afterRevision, cancellationToken))
        {
            yield return batch;
        }
    }

    public async ValueTask CompactAsync(long revision, CancellationToken cancellationToken)
    {
        var state = await NewestAsync(cancellationToken);
        if (revision > state.Revision)
        {
            throw new StoreException(
                StoreFailure.FutureRevision,
                $"cannot compact to revision {revision}, the newest is {state.Revision}")
            { Revision = state.Revision };
        }

        try
        {
            await _members.CompactAsync(revision, cancellationToken);
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Compacted)
        {
            // It reaches back no further than that already.
        }

        _mirror.Compact(revision);
    }

    /// <summary>Ends all watches with <see cref="StoreFailure.Unavailable"/> and the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _mirror.Hub.Close(Closed());
        _members.Dispose();
        _stopping.Dispose();
    }

    private static StoreException Closed() => new(StoreFailure.Unavailable, "the store is closed");

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_options.StartTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var newest = await LoadAsync(either.Token);
            List<Task> work = [_mirror.RunAsync(_stopping.Token), _members.ProbeAsync(_stopping.Token)];
            if (_options.CompactionInterval > TimeSpan.Zero)
            {
                work.Add(_compactor.RunAsync(_stopping.Token));
            }

            _work = Task.WhenAll(work);
            await _mirror.WaitForAsync(newest, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable();
        }
    }

    private async Task<long> LoadAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await _mirror.LoadAsync(_options.ReplayRevisions, cancellationToken);
            }
            catch (Exception e) when (e is StoreException or EtcdCallException)
            {
                await _members.PauseAsync(attempt, cancellationToken);
            }
        }
    }

    private StoreException Unreachable() => new(
        StoreFailure.Unavailable,
        $"etcd at {_members.Addresses} could not be used for {_options.StartTimeout.TotalSeconds:0.#} s: "
        + (_members.LastFailure ?? "no answer"));

    private StoreState Readable() => Volatile.Read(ref _disposed) == 0 ? _mirror.State : throw Closed();

    private async ValueTask<StoreState> NewestAsync(CancellationToken cancellationToken)
    {
        _ = Readable();
        var revision = await _revisions.ReadAsync(cancellationToken);
        if (Readable() is { } state && state.Revision >= revision)
        {
            return state;
        }

        using var timeout = new CancellationTokenSource(_options.ReadTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(
            timeout.Token, cancellationToken, _stopping.Token);
        try
        {
            return await _mirror.WaitForAsync(revision, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _ = Readable();
            throw new StoreException(
                StoreFailure.Unavailable,
                $"the watch of etcd is behind: it has come to revision {_mirror.State.Revision} of {revision}");
        }
    }

    // Reads of this process that do not ask etcd shall see the write, or what was in its way; when the watch is broken,
    // they see it later.
    private async Task CatchUpAsync(long revision)
    {
        if (_mirror.State.Revision >= revision)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stopping.Token);
        try
        {
            await _mirror.WaitForAsync(revision, either.Token);
        }
        catch (OperationCanceledException)
        {
            // The write is done, and that is the answer.
        }
    }

    private void Require(WriteRequest request)
    {
        var keyBytes = Encoding.UTF8.GetByteCount(request.Key);
        if (keyBytes is 0 or > MaxKeyBytes)
        {
            throw new ArgumentException(
                $"a key has 1 to {MaxKeyBytes} bytes, this one has {keyBytes}", nameof(request));
        }

        if (!request.Key.StartsWith(_keys.Prefix, StringComparison.Ordinal))
        {
            throw new ArgumentException($"the key {request.Key} is not below {_keys.Prefix}", nameof(request));
        }

        if (request.Value?.Length > _options.MaxValueBytes)
        {
            throw new StoreException(
                StoreFailure.TooLarge,
                $"the value of {request.Key} has {request.Value?.Length} bytes, "
                + $"at most {_options.MaxValueBytes} are stored");
        }
    }

    private static Transaction Conditional(WriteRequest request)
    {
        var key = ByteString.CopyFromUtf8(request.Key);
        var transaction = new Transaction();
        transaction.Compare.Add(new Condition
        {
            Key = key,
            Target = Condition.Types.Target.Mod,
            ModRevision = request.ExpectedModRevision,
        });

        // The message is encoded before the first wait, so the caller's buffer is not kept.
        transaction.Success.Add(request.Value is { } value
            ? new Operation { Put = new Put { Key = key, Value = UnsafeByteOperations.UnsafeWrap(value) } }
            : new Operation { Delete = new Delete { Key = key } });
        transaction.Failure.Add(new Operation { Range = new ReadRange { Key = key } });
        return transaction;
    }

    private async Task<long> CreateRevisionAsync(string key, long revision)
    {
        var request = new ReadRange { Key = ByteString.CopyFromUtf8(key), Revision = revision, KeysOnly = true };
        try
        {
            var answer = await _members.RangeAsync(request, _stopping.Token);
            return answer.Kvs.FirstOrDefault()?.CreateRevision ?? revision;
        }
        catch (Exception e) when (e is StoreException or OperationCanceledException)
        {
            return revision;
        }
    }

    private async Task<RangeResult> RangeInPastAsync(
        RangeRequest request, StoreState state, CancellationToken cancellationToken)
    {
        if (string.CompareOrdinal(request.Start, request.End) >= 0)
        {
            return new RangeResult([], request.Revision, 0);
        }

        try
        {
            var answer = await _members.RangeAsync(
                new ReadRange
                {
                    Key = ByteString.CopyFromUtf8(request.Start),
                    RangeEnd = ByteString.CopyFromUtf8(request.End),
                    Limit = request.Limit,
                    Revision = request.Revision,
                },
                cancellationToken);
            List<StoredValue> values = [.. answer.Kvs.Select(_keys.Decode).OfType<StoredValue>()];
            return new RangeResult(values, request.Revision, answer.Count - answer.Kvs.Count);
        }
        catch (StoreException e) when (e.Failure == StoreFailure.Compacted)
        {
            throw new StoreException(
                StoreFailure.Compacted,
                $"revision {request.Revision} is no longer in history, the oldest is {state.OldestReadable}; list again",
                e)
            {
                Revision = state.OldestReadable,
            };
        }
    }
}
