using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Storage.Tests;

/// <summary>A folder for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hortus-storage-").FullName;

    public Task<EmbeddedStore> OpenAsync(EmbeddedStoreOptions? options = null, TimeProvider? time = null) =>
        EmbeddedStore.OpenAsync(
            (options ?? new EmbeddedStoreOptions()) with { Directory = Path },
            time ?? TimeProvider.System,
            NullLogger<EmbeddedStore>.Instance,
            CancellationToken.None);

    /// <summary>A copy of the files as they are now: what a killed process leaves.</summary>
    public TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(Path).Where(f => System.IO.Path.GetFileName(f) != "LOCK"))
        {
            using var from = new FileStream(
                file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = File.Create(System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
            from.CopyTo(to);
        }

        return copy;
    }

    public string Single(string pattern) => Directory.GetFiles(Path, pattern).ShouldHaveSingleItem();

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

internal static class StoreTestExtensions
{
    /// <summary>Writes whatever is there now.</summary>
    public static async Task<WriteResult> PutAsync(this IStore store, string key, string value)
    {
        var current = await store.GetAsync(key, CancellationToken.None);
        return await store.WriteAsync(
            new WriteRequest(key, current?.ModRevision ?? 0, System.Text.Encoding.UTF8.GetBytes(value)),
            CancellationToken.None);
    }

    public static async Task<string?> TextAsync(this IStore store, string key) =>
        await store.GetAsync(key, CancellationToken.None) is { } value
            ? System.Text.Encoding.UTF8.GetString(value.Value.Span)
            : null;
}
