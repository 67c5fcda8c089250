namespace Hortus.Storage.Etcd;

/// <summary>Reads what the mirror has now; everything else is the store's.</summary>
internal sealed class EtcdLocalView(EtcdStore store, Func<StoreState> state) : IStore
{
    public ValueTask<long> GetRevisionAsync(CancellationToken cancellationToken) => new(state().Revision);

    // What seems absent may be too new; asking costs little because most keys asked for are there.
    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        state().Get(key) is { } value ? new(value) : store.GetAsync(key, cancellationToken);

    public ValueTask<RangeResult> RangeAsync(RangeRequest request, CancellationToken cancellationToken) =>
        request.Revision == 0 ? new(state().Range(request)) : store.RangeAsync(request, cancellationToken);

    public ValueTask<WriteResult> WriteAsync(WriteRequest request, CancellationToken cancellationToken) =>
        store.WriteAsync(request, cancellationToken);

    public IAsyncEnumerable<ChangeBatch> WatchAsync(
        string prefix, long afterRevision, CancellationToken cancellationToken) =>
        store.WatchAsync(prefix, afterRevision, cancellationToken);

    public ValueTask CompactAsync(long revision, CancellationToken cancellationToken) =>
        store.CompactAsync(revision, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
