// Writes to the store in the folder given until it is killed, and prints "key revision" for every write that was
// answered.
using System.Text;
using Hortus.Storage;
using Microsoft.Extensions.Logging.Abstractions;

await using var store = await EmbeddedStore.OpenAsync(
    new EmbeddedStoreOptions { Directory = args[0], SnapshotLogBytes = 200_000 },
    TimeProvider.System,
    NullLogger<EmbeddedStore>.Instance,
    CancellationToken.None);

var padding = new string('x', 1000);
await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
{
    for (var i = 0; ; i++)
    {
        var key = $"/writer-{writer}/{i % 50}";
        var current = await store.GetAsync(key, CancellationToken.None);
        var written = await store.WriteAsync(
            new WriteRequest(key, current?.ModRevision ?? 0, Encoding.UTF8.GetBytes($"{key} {i} {padding}")),
            CancellationToken.None);
        await Console.Out.WriteLineAsync($"{key} {written.Revision}");
    }
}));
