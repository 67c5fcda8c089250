namespace Hortus.Storage;

/// <summary>Figures of a store for metrics and benchmarks; counters begin at 0 when it is opened.</summary>
public sealed record StoreStatistics
{
    /// <summary>Newest revision.</summary>
    public long Revision { get; init; }

    /// <summary>Oldest revision that can be read or watched from.</summary>
    public long OldestRevision { get; init; }

    public int Keys { get; init; }

    /// <summary>Bytes of all keys and newest values.</summary>
    public long LiveBytes { get; init; }

    /// <summary>Bytes of log since the last snapshot; 0 without files.</summary>
    public long LogBytes { get; init; }

    /// <summary>Changes committed.</summary>
    public long Writes { get; init; }

    /// <summary>Group commits they took; fewer is better.</summary>
    public long Commits { get; init; }

    /// <summary>Watches open.</summary>
    public int Watchers { get; init; }

    /// <summary>Watches ended because they did not keep up.</summary>
    public long WatchersTooSlow { get; init; }
}
