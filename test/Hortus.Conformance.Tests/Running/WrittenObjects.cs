using System.Collections.Concurrent;

namespace Hortus.Conformance.Tests.Running;

/// <summary>What a server has answered to have written.</summary>
internal sealed class WrittenObjects
{
    private readonly ConcurrentDictionary<string, StoredConfigMap> newest = [];
    private readonly ConcurrentQueue<long> versions = [];
    private (int Count, TaskCompletionSource Reached)? wanted;

    /// <summary>Writes answered.</summary>
    public int Count => versions.Count;

    /// <summary>The versions answered.</summary>
    public IEnumerable<long> Versions => versions;

    /// <summary>Done when so many more writes were answered.</summary>
    public Task AtLeastMoreAsync(int count)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        wanted = (Count + count, reached);
        return reached.Task;
    }

    public void Add(StoredConfigMap item)
    {
        newest.AddOrUpdate(item.Name, item, (_, known) => item.Version > known.Version ? item : known);
        versions.Enqueue(item.Version);
        if (wanted is var (count, reached) && Count >= count)
        {
            reached.TrySetResult();
        }
    }

    /// <summary>Objects that were answered and are not there, or only an older version of them.</summary>
    public IEnumerable<string> Missing(IReadOnlyDictionary<string, StoredConfigMap> stored) => newest.Values
        .Where(w => !stored.TryGetValue(w.Name, out var found) || found.Uid != w.Uid || found.Version < w.Version)
        .Select(w => w.Name);
}
