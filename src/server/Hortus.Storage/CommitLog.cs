using Microsoft.Extensions.Logging;

namespace Hortus.Storage;

/// <summary>
/// Appends to the log and replaces it by a snapshot when it has grown. Belongs to the writer thread; only the snapshot
/// file is written in the background, from a state that no longer changes.
/// </summary>
/// <remarks>
/// After a failed write the log is cut back, so that a write answered with an error never comes back at a restart. When
/// even that fails, or a flush fails (after which nobody knows what the disk has), the file is not trusted any more:
/// the next write first puts the published state into a snapshot and begins a new log.
/// </remarks>
internal sealed partial class CommitLog : ICommitLog
{
    private static readonly TimeSpan RebuildInterval = TimeSpan.FromSeconds(1);

    private readonly IStoreFiles _files;
    private readonly IDisposable _folderLock;
    private readonly EmbeddedStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ActiveLog _active;
    private StoreState _published;
    private Task<bool>? _snapshot;
    private long _earlierBytes;
    private long _snapshotNotBefore;
    private long? _lastRebuild;
    private bool _distrusted;
    private volatile string? _failure;
    private long _size;

    public CommitLog(IStoreFiles files, IDisposable folderLock, RecoveredStore recovered, StoreLogContext context)
    {
        _files = files;
        _folderLock = folderLock;
        _options = context.Options;
        _time = context.Time;
        _logger = context.Logger;
        _active = recovered.Log;
        _earlierBytes = recovered.EarlierLogBytes;
        _published = recovered.State;
        _size = _earlierBytes + _active.End;
    }

    public string? Failure => _failure;

    public long Size => Interlocked.Read(ref _size);

    public void Append(List<StoreChange> changes, long compactedTo, long revision)
    {
        if (_distrusted)
        {
            Rebuild();
        }

        try
        {
            _active.Write(changes, compactedTo, revision);
        }
        catch (Exception error)
        {
            throw TakeBack(error);
        }

        if (_options.Durability == StoreDurability.Fsync)
        {
            Sync();
        }

        Recovered();
    }

    public void Probe()
    {
        try
        {
            if (_distrusted)
            {
                Rebuild();
            }
            else
            {
                _active.Probe();
            }

            Recovered();
        }
        catch (StoreException)
        {
            // It cannot begin a new log yet.
        }
        catch (Exception error)
        {
            TakeBack(error);
        }
    }

    public void Sync()
    {
        if (_distrusted)
        {
            return;
        }

        try
        {
            _active.Sync();
        }
        catch (Exception error)
        {
            Distrust();
            throw new StoreException(
                StoreFailure.OutcomeUnknown, Remember($"cannot flush {_active.Name}: {error.Message}"), error);
        }
    }

    public void Distrust() => _distrusted = true;

    public void Committed(StoreState state)
    {
        _published = state;
        HarvestSnapshot();
        var size = _earlierBytes + _active.End;
        Interlocked.Exchange(ref _size, size);
        var threshold = Math.Max(_options.SnapshotLogBytes, _options.SnapshotLiveFactor * state.LiveBytes);
        if (_snapshot is null && !_distrusted && size > Math.Max(threshold, _snapshotNotBefore))
        {
            StartSnapshot(state, size + (threshold / 4));
        }
    }

    public void Close(StoreState state)
    {
        _snapshot?.Wait();
        HarvestSnapshot();
        if (_distrusted || _earlierBytes > 0 || !_active.IsEmpty)
        {
            TrySnapshot(state);
        }
    }

    public void Dispose()
    {
        _active.Dispose();
        _folderLock.Dispose();
    }

    private void Recovered()
    {
        if (_failure is not null)
        {
            _failure = null;
            LogRecovered(_files.Location);
        }
    }

    private StoreException TakeBack(Exception error)
    {
        try
        {
            _active.CutTail();
        }
        catch (Exception again)
        {
            Distrust();
            return new StoreException(
                StoreFailure.OutcomeUnknown,
                Remember($"cannot write {_active.Name} ({error.Message}) nor take the write back ({again.Message})"),
                error);
        }

        return new StoreException(
            StoreFailure.Unavailable,
            Remember(
                $"cannot write {_active.Name}: {error.Message}; reads go on, writes resume by themselves once the disk takes "
                + "them again: free some space or repair it"),
            error);
    }

    private void Rebuild()
    {
        // A large store is not written again for every write that is tried meanwhile.
        if (_lastRebuild is { } last && _time.GetElapsedTime(last) < RebuildInterval)
        {
            throw new StoreException(StoreFailure.Unavailable, _failure ?? "the log cannot be written");
        }

        _lastRebuild = _time.GetTimestamp();
        _snapshot?.Wait();
        HarvestSnapshot();
        try
        {
            SnapshotFile.Write(_files, _published);
            Switch(ActiveLog.Create(_files, _published.Revision + 1));
        }
        catch (Exception error)
        {
            throw new StoreException(
                StoreFailure.Unavailable,
                Remember($"cannot begin a new log in {_files.Location}: {error.Message}; reads go on"),
                error);
        }

        DeleteObsolete(_published.Revision);
        _earlierBytes = 0;
        _distrusted = false;
        _lastRebuild = null;
    }

    private void StartSnapshot(StoreState state, long notBefore)
    {
        _snapshotNotBefore = notBefore;
        try
        {
            if (!_active.IsEmpty)
            {
                // The new log may only follow what is on the disk.
                _active.Sync();
                var next = ActiveLog.Create(_files, state.Revision + 1);
                _earlierBytes += _active.End;
                Switch(next);
            }
        }
        catch (Exception error)
        {
            Distrust();
            LogSnapshotFailed(_files.Location, Remember(error.Message));
            return;
        }

        _snapshot = Task.Factory.StartNew(
            () => TrySnapshot(state),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }

    private bool TrySnapshot(StoreState state)
    {
        try
        {
            SnapshotFile.Write(_files, state);
        }
        catch (Exception error)
        {
            LogSnapshotFailed(_files.Location, error.Message);
            return false;
        }

        DeleteObsolete(state.Revision);
        return true;
    }

    private void HarvestSnapshot()
    {
        if (_snapshot is { IsCompleted: true } done)
        {
            _snapshot = null;
            if (done.Result)
            {
                _earlierBytes = 0;
                _snapshotNotBefore = 0;
            }
        }
    }

    private void Switch(ActiveLog next)
    {
        _active.Dispose();
        _active = next;
    }

    // What stays behind is ignored at the next start and deleted then.
    private void DeleteObsolete(long snapshot)
    {
        try
        {
            StoreRecovery.DeleteObsolete(_files, snapshot);
        }
        catch (Exception error)
        {
            LogCleanUpFailed(_files.Location, error.Message);
        }
    }

    private string Remember(string failure)
    {
        if (_failure != failure)
        {
            LogWriteFailed(_files.Location, failure);
        }

        return _failure = failure;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "store {Folder} cannot write: {Reason}")]
    private partial void LogWriteFailed(string folder, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "store {Folder} writes again")]
    private partial void LogRecovered(string folder);

    [LoggerMessage(Level = LogLevel.Warning, Message = "store {Folder} keeps its log, a snapshot failed: {Reason}")]
    private partial void LogSnapshotFailed(string folder, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "store {Folder} could not delete old files: {Reason}")]
    private partial void LogCleanUpFailed(string folder, string reason);
}
