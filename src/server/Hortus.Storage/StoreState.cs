namespace Hortus.Storage;

/// <summary>Everything a reader may see, as of one revision. Replaced as a whole, never changed.</summary>
/// <param name="Index">Newest values.</param>
/// <param name="Revision">Newest revision.</param>
/// <param name="OldestReadable">Reads at this revision and watches after it still work.</param>
/// <param name="History">Chunk that holds the change after <paramref name="OldestReadable"/>, or where it will be
/// put.</param>
/// <param name="LiveBytes">Bytes of all keys and newest values.</param>
internal sealed record StoreState(
    OrderedIndex Index, long Revision, long OldestReadable, HistoryChunk History, long LiveBytes)
{
    /// <summary>Revision of a store in which nothing has been written; as in etcd the first write gets 2.</summary>
    public const long FirstRevision = 1;

    public static int SizeOf(StoredValue? value) => value is null ? 0 : value.Key.Length + value.Value.Length;

    /// <summary>The changes after a revision, which must be readable, in order.</summary>
    public IEnumerable<StoreChange> ChangesAfter(long revision)
    {
        var chunk = History;
        while (chunk.Next is { } next && next.First <= revision)
        {
            chunk = next;
        }

        for (HistoryChunk? from = chunk; from is not null; from = from.Next)
        {
            foreach (var change in from.Changes)
            {
                if (change.Revision > Revision)
                {
                    yield break;
                }

                if (change.Revision > revision)
                {
                    yield return change;
                }
            }
        }
    }

    public void RequireReadable(long revision)
    {
        if (revision > Revision)
        {
            throw new StoreException(
                StoreFailure.FutureRevision, $"revision {revision} has not happened yet, the newest is {Revision}")
            {
                Revision = Revision,
            };
        }

        if (revision < OldestReadable)
        {
            throw new StoreException(
                StoreFailure.Compacted,
                $"revision {revision} is no longer in history, the oldest is {OldestReadable}; list again")
            {
                Revision = OldestReadable,
            };
        }
    }

    public StoredValue? Get(string key) => Index.Find(key);

    public RangeResult Range(RangeRequest request)
    {
        var limit = request.Limit > 0 ? request.Limit : int.MaxValue;
        if (request.Revision != 0 && request.Revision != Revision)
        {
            RequireReadable(request.Revision);
            return RangeInHistory(request, limit);
        }

        var total = string.CompareOrdinal(request.Start, request.End) >= 0
            ? 0
            : Index.CountBelow(request.End) - Index.CountBelow(request.Start);
        var values = new List<StoredValue>(Math.Min(total, limit));
        Index.Collect(request.Start, request.End, limit, values);
        return new RangeResult(values, Revision, total - values.Count);
    }

    // What changed since is undone on top of the newest values: history then costs nothing but the superseded values.
    private RangeResult RangeInHistory(RangeRequest request, int limit)
    {
        var undo = new SortedDictionary<string, StoredValue?>(StringComparer.Ordinal);
        foreach (var change in ChangesAfter(request.Revision))
        {
            var key = change.Key();
            if (string.CompareOrdinal(key, request.Start) >= 0 && string.CompareOrdinal(key, request.End) < 0)
            {
                undo.TryAdd(key, change.Previous);
            }
        }

        var newest = new List<StoredValue>();
        Index.Collect(request.Start, request.End, int.MaxValue, newest);
        var values = new List<StoredValue>(Math.Min(newest.Count, limit));
        var remaining = 0L;
        foreach (var value in Undone(newest, undo))
        {
            if (values.Count < limit)
            {
                values.Add(value);
            }
            else
            {
                remaining++;
            }
        }

        return new RangeResult(values, request.Revision, remaining);
    }

    private static IEnumerable<StoredValue> Undone(
        List<StoredValue> newest, SortedDictionary<string, StoredValue?> undo)
    {
        var at = 0;
        foreach (var (key, previous) in undo)
        {
            while (at < newest.Count && string.CompareOrdinal(newest[at].Key, key) < 0)
            {
                yield return newest[at++];
            }

            if (at < newest.Count && newest[at].Key == key)
            {
                at++;
            }

            if (previous is not null)
            {
                yield return previous;
            }
        }

        while (at < newest.Count)
        {
            yield return newest[at++];
        }
    }
}
