namespace Hortus.Storage;

/// <summary>
/// The next state while it is being made, by the writer or when the log is read again. Owned by one thread.
/// </summary>
internal sealed class WorkingState
{
    private readonly History _history;
    private readonly OrderedIndex.Editor _index;

    /// <param name="options">Limits of history.</param>
    /// <param name="time">Clock for the age of history.</param>
    /// <param name="newest">Values as of <paramref name="revision"/>, in order of keys.</param>
    /// <param name="revision">Revision to go on from; history before it is unknown.</param>
    public WorkingState(
        StoreMemoryOptions options, TimeProvider time, IEnumerable<StoredValue> newest, long revision)
    {
        _history = new History(options, time, revision);
        _index = new OrderedIndex.Editor(OrderedIndex.Empty);
        Revision = revision;
        foreach (var value in newest)
        {
            _index.Set(value);
            LiveBytes += StoreState.SizeOf(value);
        }
    }

    public long Revision { get; private set; }

    public long LiveBytes { get; private set; }

    public StoredValue? Find(string key) => _index.Find(key);

    /// <summary>Takes the next revision for a new value, or for the deletion of a key that is present.</summary>
    public StoreChange Apply(string key, StoredValue? current, byte[]? value)
    {
        Revision++;
        StoredValue? next = null;
        if (value is null)
        {
            _index.Remove(key);
        }
        else
        {
            next = new StoredValue(current?.Key ?? key, value, current?.CreateRevision ?? Revision, Revision);
            _index.Set(next);
        }

        LiveBytes += StoreState.SizeOf(next) - StoreState.SizeOf(current);
        return new StoreChange(Revision, next, current);
    }

    /// <summary>Takes over a change that was decided elsewhere, at its own revision.</summary>
    public void Adopt(StoreChange change)
    {
        if (change.Current is { } value)
        {
            _index.Set(value);
        }
        else
        {
            _index.Remove(change.Previous!.Key);
        }

        LiveBytes += StoreState.SizeOf(change.Current) - StoreState.SizeOf(change.Previous);
        Revision = change.Revision;
    }

    /// <summary>Moves on to a revision that changed no key of this store.</summary>
    public void Advance(long revision) => Revision = Math.Max(Revision, revision);

    /// <summary>Puts changes made by <see cref="Apply"/> or <see cref="Adopt"/> into history: from now on they cannot be taken
    /// back.</summary>
    public void Record(List<StoreChange> changes)
    {
        foreach (var change in changes)
        {
            _history.Append(change);
        }

        _history.Trim(Revision);
    }

    public void Compact(long upTo) => _history.Compact(upTo);

    /// <summary>What readers may see now.</summary>
    public StoreState Seal() =>
        new(_index.Seal(), Revision, _history.OldestReadable, _history.Head, LiveBytes);

    /// <summary>Takes back every change that was not recorded.</summary>
    public void Reset(StoreState state)
    {
        _index.Reset(state.Index);
        Revision = state.Revision;
        LiveBytes = state.LiveBytes;
    }
}
