using Hortus.Storage.Etcd.Messages;
using Microsoft.Extensions.Logging;

namespace Hortus.Storage.Etcd;

/// <summary>
/// All newest values of the prefix and a window of history in memory, kept up to date by one watch. The watch is one of
/// the whole cluster: then every revision brings an event, so the mirror knows exactly how far it has come.
/// </summary>
internal sealed partial class EtcdMirror
{
    private const int PageKeys = 500;

    private readonly EtcdStoreOptions _options;
    private readonly EtcdMembers _members;
    private readonly EtcdKeys _keys;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly RevisionWaiters _waiters = new();
    private WorkingState _working;
    private ulong _cluster;
    private string? _reload;
    private long _changeCount;
    private CancellationTokenSource? _following;

    public EtcdMirror(
        EtcdStoreOptions options, EtcdMembers members, EtcdKeys keys, TimeProvider time, ILogger logger)
    {
        _options = options;
        _members = members;
        _keys = keys;
        _time = time;
        _logger = logger;
        _working = new WorkingState(options, time, [], StoreState.FirstRevision);
        Hub = new WatchHub(options, time, _working.Seal());
    }

    public WatchHub Hub { get; }

    public StoreState State => Hub.State;

    /// <summary>Changes seen since the store was opened.</summary>
    public long ChangeCount => Interlocked.Read(ref _changeCount);

    /// <summary>Reads everything as of some revisions ago, as far as history reaches back.</summary>
    /// <param name="replay">How many revisions are left to the watch.</param>
    /// <param name="cancellationToken">Ends the reads.</param>
    /// <returns>The newest revision.</returns>
    /// <exception cref="StoreException">No member answers.</exception>
    public async Task<long> LoadAsync(int replay, CancellationToken cancellationToken)
    {
        var newest = await _members.RangeAsync(CountRequest(), cancellationToken);
        var revision = newest.Header.Revision;
        var from = Math.Max(StoreState.FirstRevision, revision - replay);
        List<StoredValue>? values = null;
        while (values is null)
        {
            try
            {
                values = await ReadAllAsync(from, cancellationToken);
            }
            catch (StoreException e) when (e.Failure == StoreFailure.Compacted)
            {
                from = await OldestRevisionAsync(cancellationToken);
            }
        }

        lock (_lock)
        {
            _cluster = newest.Header.ClusterId;
            _reload = null;
            _working = new WorkingState(_options, _time, values, from);
            Hub.Replace(
                _working.Seal(),
                new StoreException(
                    StoreFailure.Compacted, $"the past before revision {from} is not known; list again")
                {
                    Revision = from,
                });
        }

        _waiters.Release(State.Revision);
        return revision;
    }

    /// <summary>Follows the cluster until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (Volatile.Read(ref _reload) is { } reason)
                {
                    LogReload(reason);
                    await LoadAsync(0, cancellationToken);
                }

                await FollowAsync(() => failures = 0, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (failures++ == 0 && e is not OperationCanceledException)
                {
                    LogBroken(e.Message, State.Revision);
                }
            }

            await _members.PauseAsync(failures, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The state once it has come to a revision.</summary>
    /// <exception cref="OperationCanceledException">Cancelled before it did.</exception>
    public ValueTask<StoreState> WaitForAsync(long revision, CancellationToken cancellationToken) =>
        State is { } state && state.Revision >= revision
            ? new ValueTask<StoreState>(state)
            : _waiters.AddAsync(revision, () => State, cancellationToken);

    /// <summary>
    /// The cluster cannot have come to this mirror's state: reads everything again, which ends all watches.
    /// </summary>
    public void Distrust(string reason)
    {
        Volatile.Write(ref _reload, reason);
        lock (_lock)
        {
            // Its callbacks run elsewhere, without the lock.
            _ = _following?.CancelAsync();
        }
    }

    public void Compact(long revision)
    {
        lock (_lock)
        {
            _working.Compact(revision);
            Hub.Publish(_working.Seal(), []);
        }
    }

    /// <summary>Whether what a linearizable read found follows from what the mirror knew before it.</summary>
    public bool Check(Header header, long knownBefore)
    {
        if (header.Revision < knownBefore)
        {
            Distrust($"its revision went back from {knownBefore} to {header.Revision}, as after a restored backup");
            return false;
        }

        if (header.ClusterId != _cluster)
        {
            Distrust("another cluster answers at its address");
            return false;
        }

        return true;
    }

    private ReadRange CountRequest() => new() { Key = _keys.Start, RangeEnd = _keys.End, CountOnly = true };

    private async Task<List<StoredValue>> ReadAllAsync(long revision, CancellationToken cancellationToken)
    {
        var values = new List<StoredValue>();
        var request = new ReadRange
        {
            Key = _keys.Start,
            RangeEnd = _keys.End,
            Limit = PageKeys,
            Revision = revision,
        };
        while (true)
        {
            var page = await _members.RangeAsync(request, cancellationToken);
            values.AddRange(page.Kvs.Select(_keys.Decode).OfType<StoredValue>());
            if (!page.More || page.Kvs.Count == 0)
            {
                return values;
            }

            request.Key = Google.Protobuf.ByteString.CopyFrom([.. page.Kvs[^1].Key.Span, 0]);
        }
    }

    // A watch from the beginning is refused with the revision that it could begin after.
    private async Task<long> OldestRevisionAsync(CancellationToken cancellationToken)
    {
        var creation = new WatchCreation { Key = EtcdKeys.Everything, StartRevision = 1 };
        await foreach (var answer in _members.Next().WatchAsync(creation, cancellationToken))
        {
            if (answer.CompactRevision > 0)
            {
                return answer.CompactRevision;
            }
        }

        throw new StoreException(StoreFailure.Unavailable, "etcd did not say how far its history reaches back");
    }

    private async Task FollowAsync(Action followed, CancellationToken cancellationToken)
    {
        using var following = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_lock)
        {
            _following = following;
        }

        var channel = _members.Next();
        var check = Task.CompletedTask;
        try
        {
            var creation = new WatchCreation
            {
                Key = EtcdKeys.Everything,
                RangeEnd = EtcdKeys.Everything,
                StartRevision = State.Revision + 1,
                Fragment = true,
            };
            var events = new List<Event>();
            await foreach (var answer in channel.WatchAsync(creation, following.Token))
            {
                if (answer.Created)
                {
                    followed();
                    LogFollowing(channel.Address, State.Revision);
                    check = CheckCountAsync(following.Token);
                }

                events.AddRange(answer.Events);
                if (!answer.Fragment)
                {
                    Apply(events);
                    events.Clear();
                }

                if (answer.Canceled)
                {
                    RequireResumable(answer);
                }
            }
        }
        catch (EtcdCallException)
        {
            channel.IsWell = false;
            throw;
        }
        finally
        {
            lock (_lock)
            {
                _following = null;
            }

            await following.CancelAsync();
            await check;
        }
    }

    private void RequireResumable(WatchAnswer answer)
    {
        if (answer.CompactRevision > 0)
        {
            Volatile.Write(
                ref _reload, $"revisions up to {answer.CompactRevision} were compacted while no watch was open");
        }

        throw new EtcdCallException(GrpcCode.Unavailable, $"etcd ended the watch: {answer.CancelReason}");
    }

    private void Apply(List<Event> events)
    {
        if (events.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            var changes = new List<StoreChange>(events.Count);
            var known = _working.Revision;
            foreach (var change in events.Where(e => e.Kv.ModRevision > known).Select(Change).OfType<StoreChange>())
            {
                _working.Adopt(change);
                changes.Add(change);
            }

            _working.Advance(events[^1].Kv.ModRevision);
            _working.Record(changes);
            Hub.Publish(_working.Seal(), changes);
            Interlocked.Add(ref _changeCount, changes.Count);
        }

        _waiters.Release(State.Revision);
    }

    private StoreChange? Change(Event item)
    {
        if (_keys.Decode(item.Kv) is not { } value)
        {
            return null;
        }

        var previous = _working.Find(value.Key);
        if (item.Type == Event.Types.Kind.Delete)
        {
            return previous is null ? null : new StoreChange(value.ModRevision, null, previous);
        }

        if (previous is not null && previous.CreateRevision != value.CreateRevision)
        {
            Distrust($"the deletion of {value.Key} before revision {value.ModRevision} was not told");
        }

        // All versions of a key share its text.
        var current = previous is null
            ? value
            : new StoredValue(previous.Key, value.Value, value.CreateRevision, value.ModRevision);
        return new StoreChange(value.ModRevision, current, previous);
    }

    // Members up to 3.5 can leave out a deletion when a watch resumes just where history was compacted.
    private async Task CheckCountAsync(CancellationToken cancellationToken)
    {
        try
        {
            var before = State.Revision;
            var found = await _members.RangeAsync(CountRequest(), cancellationToken);
            if (!Check(found.Header, before))
            {
                return;
            }

            var state = await WaitForAsync(found.Header.Revision, cancellationToken);
            var count = CountAt(state, found.Header.Revision);
            if (count is not null && count != found.Count)
            {
                Distrust($"it has {found.Count} keys at revision {found.Header.Revision}, {count} were expected");
            }
        }
        catch (Exception e) when (e is OperationCanceledException or StoreException)
        {
            // The watch has broken; the next one is checked again.
        }
    }

    private static long? CountAt(StoreState state, long revision)
    {
        if (revision < state.OldestReadable)
        {
            return null;
        }

        long count = state.Index.Count;
        foreach (var change in state.ChangesAfter(revision))
        {
            count += (change.Previous is null ? 0 : 1) - (change.Current is null ? 0 : 1);
        }

        return count;
    }

    [LoggerMessage(LogLevel.Information, "following etcd through {Address} from revision {Revision}")]
    private partial void LogFollowing(Uri address, long revision);

    [LoggerMessage(LogLevel.Warning, "the watch of etcd broke at revision {Revision} and is resumed: {Reason}")]
    private partial void LogBroken(string reason, long revision);

    [LoggerMessage(LogLevel.Warning, "all of etcd is read again and all watches begin anew: {Reason}")]
    private partial void LogReload(string reason);
}
