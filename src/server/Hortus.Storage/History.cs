namespace Hortus.Storage;

/// <summary>
/// A run of changes in order of revision; revisions may be missing (they changed no key of this store) and may come
/// more than once (one transaction elsewhere changed several keys). Appended to by the writer alone; a reader reads
/// only revisions that were published.
/// </summary>
internal sealed class HistoryChunk(long first)
{
    // Small enough that dropping whole chunks follows the limits closely even when values are large.
    private const int MaxChanges = 64;
    private const long MaxBytes = 1 << 20;

    private readonly StoreChange?[] _changes = new StoreChange?[MaxChanges];
    private HistoryChunk? _next;

    /// <summary>Revision of the first change, or of the first that may come.</summary>
    public long First { get; } = first;

    /// <summary>Revision of the newest change.</summary>
    public long Last { get; private set; } = first - 1;

    public int Count { get; private set; }

    /// <summary>Memory that only history holds: superseded values and the records themselves.</summary>
    public long Bytes { get; private set; }

    /// <summary>Timestamp of the newest change.</summary>
    public long Newest { get; private set; }

    public HistoryChunk? Next => Volatile.Read(ref _next);

    /// <summary>The changes in order, also such as are not published yet.</summary>
    public IEnumerable<StoreChange> Changes
    {
        get
        {
            for (var i = 0; i < MaxChanges && Volatile.Read(ref _changes[i]) is { } change; i++)
            {
                yield return change;
            }
        }
    }

    /// <summary>Appends a change and returns the chunk it went to.</summary>
    public HistoryChunk Append(StoreChange change, long timestamp, out long bytes)
    {
        if (Count == MaxChanges || Bytes >= MaxBytes)
        {
            var next = new HistoryChunk(change.Revision);
            Volatile.Write(ref _next, next);
            return next.Append(change, timestamp, out bytes);
        }

        // Object headers, the value record and, for a deletion, the key.
        bytes = 160 + StoreState.SizeOf(change.Previous);
        Volatile.Write(ref _changes[Count++], change);
        Last = change.Revision;
        Bytes += bytes;
        Newest = timestamp;
        return this;
    }
}

/// <summary>Which changes are kept for watches that resume and reads in the past. Belongs to the writer.</summary>
internal sealed class History(StoreMemoryOptions options, TimeProvider time, long revision)
{
    private HistoryChunk _tail = new(revision + 1);
    private HistoryChunk? _head;
    private long _bytes;

    public HistoryChunk Head => _head ??= _tail;

    /// <summary>Reads at this revision and watches after it still work.</summary>
    public long OldestReadable { get; private set; } = revision == StoreState.FirstRevision ? 0 : revision;

    public void Append(StoreChange change)
    {
        _head ??= _tail;
        _tail = _tail.Append(change, time.GetTimestamp(), out var bytes);
        _bytes += bytes;
    }

    /// <summary>Drops what is older than the limits ask for.</summary>
    public void Trim(long newestRevision)
    {
        while (Head.Next is { } next)
        {
            var old = time.GetElapsedTime(Head.Newest) > options.HistoryAge
                && newestRevision - next.First >= options.HistoryRevisions;
            if (!old && _bytes <= options.HistoryBytes)
            {
                return;
            }

            DropTo(next);
        }
    }

    /// <summary>Forgets changes up to and including a revision.</summary>
    public void Compact(long upTo)
    {
        while (Head.Next is { } next && Head.Last <= upTo)
        {
            DropTo(next);
        }

        OldestReadable = Math.Max(OldestReadable, upTo);
    }

    private void DropTo(HistoryChunk next)
    {
        // A revision of which one change goes is lost with all of them.
        OldestReadable = Math.Max(OldestReadable, Math.Max(Head.Last, next.First - 1));
        _bytes -= Head.Bytes;
        _head = next;
    }
}

internal static class StoreChangeExtensions
{
    public static string Key(this StoreChange change) => (change.Current ?? change.Previous)!.Key;
}
