namespace Hortus.Storage;

/// <summary>When a write counts as done.</summary>
public enum StoreDurability
{
    /// <summary>
    /// A write is answered after it has been forced to the disk; writes that wait together share one flush.
    /// </summary>
    Fsync,

    /// <summary>
    /// A write is answered once the operating system has it and is forced to the disk every
    /// <see cref="EmbeddedStoreOptions.RelaxedSyncInterval"/>. Survives a killed process, not a power loss. For
    /// throw-away clusters.
    /// </summary>
    Relaxed,
}

/// <summary>
/// How an <see cref="EmbeddedStore"/> works. The defaults suit every cluster that fits on one machine.
/// </summary>
public sealed record EmbeddedStoreOptions
{
    /// <summary>Folder of the store's files, made when absent; null keeps everything in memory only.</summary>
    public string? Directory { get; init; }

    /// <summary>When a write counts as done.</summary>
    public StoreDurability Durability { get; init; } = StoreDurability.Fsync;

    /// <summary>Largest value in bytes; the default is etcd's, so that data can move there.</summary>
    public int MaxValueBytes { get; init; } = 3 * 512 * 1024;

    /// <summary>History younger than this is kept, within <see cref="HistoryBytes"/>.</summary>
    public TimeSpan HistoryAge { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>At least so many revisions of history are kept, within <see cref="HistoryBytes"/>.</summary>
    public int HistoryRevisions { get; init; } = 1000;

    /// <summary>Bytes that superseded values may hold; the oldest go first.</summary>
    public long HistoryBytes { get; init; } = 64L << 20;

    /// <summary>Changes that may wait for one watcher before its watch is ended.</summary>
    public int WatchBufferEvents { get; init; } = 1000;

    /// <summary>Bytes of new values that may wait for one watcher before its watch is ended.</summary>
    public long WatchBufferBytes { get; init; } = 8L << 20;

    /// <summary>How often a watcher without changes of its own learns that the revision has moved.</summary>
    public TimeSpan WatchProgressInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A snapshot replaces the log when the log is larger than this and than <see cref="SnapshotLiveFactor"/> allows.
    /// </summary>
    public long SnapshotLogBytes { get; init; } = 64L << 20;

    /// <summary>A snapshot waits until the log is so many times larger than the newest values.</summary>
    public int SnapshotLiveFactor { get; init; } = 4;

    /// <summary>Time between flushes with <see cref="StoreDurability.Relaxed"/>.</summary>
    public TimeSpan RelaxedSyncInterval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Every problem of these options, one line each; empty when they can be used.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Directory is { Length: 0 })
        {
            problems.Add("directory must be a path, or null for a store in memory");
        }

        if (!Enum.IsDefined(Durability))
        {
            problems.Add($"durability must be Fsync or Relaxed, not {Durability}");
        }

        RequirePositive(problems, nameof(MaxValueBytes), MaxValueBytes);
        RequirePositive(problems, nameof(HistoryBytes), HistoryBytes);
        RequirePositive(problems, nameof(WatchBufferEvents), WatchBufferEvents);
        RequirePositive(problems, nameof(WatchBufferBytes), WatchBufferBytes);
        RequirePositive(problems, nameof(WatchProgressInterval), WatchProgressInterval.Ticks);
        RequirePositive(problems, nameof(SnapshotLogBytes), SnapshotLogBytes);
        RequirePositive(problems, nameof(SnapshotLiveFactor), SnapshotLiveFactor);
        RequirePositive(problems, nameof(RelaxedSyncInterval), RelaxedSyncInterval.Ticks);
        if (HistoryAge < TimeSpan.Zero || HistoryRevisions < 0)
        {
            problems.Add("history age and history revisions must not be negative");
        }

        return problems;
    }

    private static void RequirePositive(List<string> problems, string name, long value)
    {
        if (value <= 0)
        {
            problems.Add($"{name} must be greater than 0");
        }
    }
}
