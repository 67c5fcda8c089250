namespace Hortus.Storage;

/// <summary>What every engine keeps in memory. The defaults suit every cluster that fits on one machine.</summary>
public abstract record StoreMemoryOptions
{
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

    private protected void RequireMemory(List<string> problems)
    {
        RequirePositive(problems, nameof(MaxValueBytes), MaxValueBytes);
        RequirePositive(problems, nameof(HistoryBytes), HistoryBytes);
        RequirePositive(problems, nameof(WatchBufferEvents), WatchBufferEvents);
        RequirePositive(problems, nameof(WatchBufferBytes), WatchBufferBytes);
        RequirePositive(problems, nameof(WatchProgressInterval), WatchProgressInterval.Ticks);
        if (HistoryAge < TimeSpan.Zero || HistoryRevisions < 0)
        {
            problems.Add("history age and history revisions must not be negative");
        }
    }

    private protected static void RequirePositive(List<string> problems, string name, long value)
    {
        if (value <= 0)
        {
            problems.Add($"{name} must be greater than 0");
        }
    }
}
