using System.Text;
using Hortus.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Backup.Tests;

/// <summary>A running store, and room beside it.</summary>
internal sealed class StoreFolder : IAsyncDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("hortus-backup-").FullName;
    private EmbeddedStore? store;

    public string Data => Path.Combine(root, "data");

    public string Target => Path.Combine(root, "snapshots");

    public string Restored => Path.Combine(root, "restored");

    public static Task<EmbeddedStore> OpenAsync(string folder, CancellationToken cancellationToken) => EmbeddedStore.OpenAsync(
        new EmbeddedStoreOptions { Directory = folder }, TimeProvider.System, NullLogger<EmbeddedStore>.Instance, cancellationToken);

    /// <summary>Writes a value; returns the store's revision.</summary>
    public async Task<long> PutAsync(string key, string value, CancellationToken cancellationToken)
    {
        store ??= await OpenAsync(Data, cancellationToken);
        var current = await store.GetAsync(key, cancellationToken);
        var written = await store.WriteAsync(
            new WriteRequest(key, current?.ModRevision ?? 0, Encoding.UTF8.GetBytes(value)), cancellationToken);
        return written.Revision;
    }

    public async ValueTask DisposeAsync()
    {
        if (store is not null)
        {
            await store.DisposeAsync();
        }

        Directory.Delete(root, recursive: true);
    }
}
