namespace Hortus.Storage;

/// <summary>
/// Ordered keys with one global revision, in etcd's model: every write gets the next revision; reads can be made as of
/// a revision; a watch from a revision sees every later change once, in order. Knows no kinds and no HTTP.
/// </summary>
/// <remarks>
/// A write that has been answered is durable (see the engine's options). A <see cref="StoreException"/> says what went
/// wrong; <see cref="StoreFailure.OutcomeUnknown"/> means the write may or may not have happened and must be read back.
/// </remarks>
public interface IStore : IAsyncDisposable
{
    /// <summary>
    /// The same store, read without asking other processes: it shows every write of this process and those of others
    /// with a delay of milliseconds; only what seems absent is asked for. For the server's own checks.
    /// </summary>
    IStore Local => this;

    /// <summary>Why writes fail at present though reads go on (disk full), for readiness checks; null when they do not.</summary>
    string? WriteFailure => null;

    /// <summary>The newest revision; a later call never returns a smaller one.</summary>
    ValueTask<long> GetRevisionAsync(CancellationToken cancellationToken);

    /// <summary>The newest value of a key, or null.</summary>
    ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Keys in [<see cref="RangeRequest.Start"/>, <see cref="RangeRequest.End"/>) in ordinal order.</summary>
    ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken);

    /// <summary>Writes or deletes one key if its modification revision is the expected one.</summary>
    ValueTask<WriteResult> WriteAsync(WriteRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Changes of keys with the prefix, after <paramref name="afterRevision"/>, in batches that never split a revision.
    /// Ends by throwing: <see cref="StoreFailure.Compacted"/> at once when history no longer reaches back,
    /// <see cref="StoreFailure.WatcherTooSlow"/> when the bounded buffer overflows,
    /// <see cref="OperationCanceledException"/> when cancelled.
    /// </summary>
    IAsyncEnumerable<ChangeBatch> WatchAsync(string prefix, long afterRevision, CancellationToken cancellationToken);

    /// <summary>Forgets history up to and including a revision; the newest values stay.</summary>
    ValueTask CompactAsync(long revision, CancellationToken cancellationToken);
}

/// <summary>A value with its place in history. The same for all who read this version of the key.</summary>
/// <param name="key">Key.</param>
/// <param name="value">Bytes; must not be changed.</param>
/// <param name="createRevision">Revision at which the key came into being.</param>
/// <param name="modRevision">Revision of the last write.</param>
public sealed class StoredValue(string key, ReadOnlyMemory<byte> value, long createRevision, long modRevision)
{
    private object? understood;

    public string Key { get; } = key;

    public ReadOnlyMemory<byte> Value { get; } = value;

    public long CreateRevision { get; } = createRevision;

    public long ModRevision { get; } = modRevision;

    /// <summary>What the bytes mean to the one layer that understands them: made at the first call, kept as long as this value,
    /// and the same for all callers. A field costs the garbage collector nothing; a table of weak keys, with one entry for
    /// each object, would be walked in every collection.</summary>
    /// <param name="understand">Makes it; may be called more than once when callers are simultaneous.</param>
    /// <typeparam name="T">Always the same for one store.</typeparam>
    public T As<T>(Func<StoredValue, T> understand)
        where T : class =>
        (T)(Volatile.Read(ref understood)
            ?? Interlocked.CompareExchange(ref understood, understand(this), null)
            ?? understood!);
}

/// <summary>What to read.</summary>
/// <param name="Start">First key, inclusive.</param>
/// <param name="End">Upper bound, exclusive.</param>
/// <param name="Revision">As of this revision; 0 means the newest.</param>
/// <param name="Limit">At most so many keys; 0 means all.</param>
public sealed record RangeRequest(string Start, string End, long Revision = 0, int Limit = 0)
{
    /// <summary>All keys that start with a prefix.</summary>
    public static RangeRequest Prefix(string prefix) => new(prefix, PrefixEnd(prefix));

    /// <summary>The least key greater than all keys with the prefix.</summary>
    public static string PrefixEnd(string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        return string.Concat(prefix.AsSpan(0, prefix.Length - 1), [(char)(prefix[^1] + 1)]);
    }
}

/// <summary>What was read.</summary>
/// <param name="Values">The values, ordered by key.</param>
/// <param name="Revision">The revision the answer is true for.</param>
/// <param name="RemainingCount">How many keys of the range come after the last one returned.</param>
public sealed record RangeResult(IReadOnlyList<StoredValue> Values, long Revision, long RemainingCount);

/// <summary>One conditional write.</summary>
/// <param name="Key">Key.</param>
/// <param name="ExpectedModRevision">The modification revision the key must have; 0 means it must not exist.</param>
/// <param name="Value">New bytes; null deletes the key.</param>
public sealed record WriteRequest(string Key, long ExpectedModRevision, ReadOnlyMemory<byte>? Value);

/// <summary>How a write went.</summary>
/// <param name="Succeeded">False when the key's modification revision was another one.</param>
/// <param name="Revision">Revision of the write; the newest revision when it failed.</param>
/// <param name="Current">The value found when the write failed; null when the key is absent.</param>
public sealed record WriteResult(bool Succeeded, long Revision, StoredValue? Current);

/// <summary>A change of one key.</summary>
/// <param name="Revision">Revision of the change.</param>
/// <param name="Current">The new value; null for a deletion.</param>
/// <param name="Previous">The value before; null for a creation.</param>
public sealed record StoreChange(long Revision, StoredValue? Current, StoredValue? Previous);

/// <summary>Changes in order of revision.</summary>
/// <param name="Changes">The changes; may be empty, which only tells progress.</param>
/// <param name="Revision">The watcher has now seen everything up to this revision.</param>
public sealed record ChangeBatch(IReadOnlyList<StoreChange> Changes, long Revision);

/// <summary>What went wrong in the store.</summary>
public enum StoreFailure
{
    /// <summary>The revision asked for is no longer in history.</summary>
    Compacted,

    /// <summary>The revision asked for has not happened yet.</summary>
    FutureRevision,

    /// <summary>The value is larger than the store takes.</summary>
    TooLarge,

    /// <summary>The store cannot be reached or cannot write (disk full).</summary>
    Unavailable,

    /// <summary>The write was sent, its outcome is not known.</summary>
    OutcomeUnknown,

    /// <summary>The watcher did not keep up and must start again.</summary>
    WatcherTooSlow,

    /// <summary>The files contradict themselves; the message says where.</summary>
    Corrupt,

    /// <summary>Another process holds the store.</summary>
    Locked,
}

/// <summary>The store could not do what was asked.</summary>
public sealed class StoreException(StoreFailure failure, string message, Exception? inner = null)
    : Exception(message, inner)
{
    public StoreFailure Failure { get; } = failure;

    /// <summary>For Compacted the oldest revision still readable, for FutureRevision the newest; otherwise 0.</summary>
    public long Revision { get; init; }
}
