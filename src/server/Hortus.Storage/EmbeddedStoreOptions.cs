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
public sealed record EmbeddedStoreOptions : StoreMemoryOptions
{
    /// <summary>Folder of the store's files, made when absent; null keeps everything in memory only.</summary>
    public string? Directory { get; init; }

    /// <summary>When a write counts as done.</summary>
    public StoreDurability Durability { get; init; } = StoreDurability.Fsync;

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

        RequirePositive(problems, nameof(SnapshotLogBytes), SnapshotLogBytes);
        RequirePositive(problems, nameof(SnapshotLiveFactor), SnapshotLiveFactor);
        RequirePositive(problems, nameof(RelaxedSyncInterval), RelaxedSyncInterval.Ticks);
        RequireMemory(problems);
        return problems;
    }
}
