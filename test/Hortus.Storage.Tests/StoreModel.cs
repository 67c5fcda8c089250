using System.Text;

namespace Hortus.Storage.Tests;

/// <summary>The store as slow and plain as can be: the whole state at every revision.</summary>
internal sealed class StoreModel
{
    private readonly List<SortedDictionary<string, StoredValue>> _states = [new(StringComparer.Ordinal)];

    public List<StoreChange> Changes { get; } = [];

    public long Revision => _states.Count;

    public SortedDictionary<string, StoredValue> At(long revision) => _states[(int)revision - 1];

    public WriteResult Write(WriteRequest request)
    {
        var now = At(Revision);
        var current = now.GetValueOrDefault(request.Key);
        if ((current?.ModRevision ?? 0) != request.ExpectedModRevision)
        {
            return new WriteResult(false, Revision, current);
        }

        if (request.Value is null && current is null)
        {
            return new WriteResult(true, Revision, null);
        }

        var next = new SortedDictionary<string, StoredValue>(now, StringComparer.Ordinal);
        var revision = Revision + 1;
        StoredValue? written = null;
        if (request.Value is { } value)
        {
            written = new StoredValue(request.Key, value, current?.CreateRevision ?? revision, revision);
            next[request.Key] = written;
        }
        else
        {
            next.Remove(request.Key);
        }

        _states.Add(next);
        Changes.Add(new StoreChange(revision, written, current));
        return new WriteResult(true, revision, written);
    }

    public RangeResult Range(RangeRequest request)
    {
        var revision = request.Revision == 0 ? Revision : request.Revision;
        var all = At(revision).Values
            .Where(v => string.CompareOrdinal(v.Key, request.Start) >= 0)
            .Where(v => string.CompareOrdinal(v.Key, request.End) < 0)
            .ToList();
        var taken = request.Limit > 0 ? all.Take(request.Limit).ToList() : all;
        return new RangeResult(taken, revision, all.Count - taken.Count);
    }

    public static string Show(StoredValue? value) => value is null
        ? "-"
        : $"{value.Key}={Encoding.UTF8.GetString(value.Value.Span)}@{value.CreateRevision}/{value.ModRevision}";

    public static string Show(WriteResult result) => $"{result.Succeeded} {result.Revision} {Show(result.Current)}";

    public static string Show(RangeResult result) =>
        $"{result.Revision}+{result.RemainingCount}: {string.Join(' ', result.Values.Select(Show))}";

    public static string Show(StoreChange change) =>
        $"{change.Revision}: {Show(change.Previous)} -> {Show(change.Current)}";
}
