namespace Hortus.Storage;

/// <summary>What a store's folder or a backup holds at one revision.</summary>
public sealed class StoreImage
{
    private readonly StoreState state;

    internal StoreImage(StoreState state)
    {
        this.state = state;
    }

    /// <summary>Newest revision.</summary>
    public long Revision => state.Revision;

    /// <summary>How many keys have a value.</summary>
    public int Keys => state.Index.Count;

    /// <summary>Bytes of all keys and values.</summary>
    public long LiveBytes => state.LiveBytes;

    /// <summary>Revision of the snapshot that was read first; null when there is none yet.</summary>
    public long? SnapshotRevision { get; init; }

    /// <summary>Logs read after the snapshot.</summary>
    public int Logs { get; init; }

    /// <summary>Changes found in the logs.</summary>
    public long LogChanges { get; init; }

    /// <summary>What is behind the last whole change, said in words; null when nothing is.</summary>
    public string? TornTail { get; init; }

    /// <summary>All values in order of keys.</summary>
    public IEnumerable<StoredValue> Values => state.Index.All();

    internal StoreState State => state;
}
