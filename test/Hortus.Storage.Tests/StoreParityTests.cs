using System.Text;
using FsCheck.Xunit;
using Hortus.Testing.Etcd;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Storage.Tests;

/// <summary>Any operations give the same answers on every engine, when revisions are counted from the start.</summary>
[Trait("Category", "RealParts")]
public sealed class StoreParityTests(StoreParityTests.Cluster cluster) : IClassFixture<StoreParityTests.Cluster>
{
    private const int Keys = 5;
    private static int cases;

    // The seed is fixed so that a run in CI finds what a run before it found; any other pair will do.
    [Property(MaxTest = 60, StartSize = 10, EndSize = 80, Replay = "20261123,4711")]
    public async Task Engines_answer_alike(Operation[] operations)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var prefix = $"/case-{Interlocked.Increment(ref cases)}/";
        using var folder = new TemporaryFolder();
        await using var memory = EmbeddedStore.InMemory(TimeProvider.System);
        await using var disk = await folder.OpenAsync(new EmbeddedStoreOptions { Durability = StoreDurability.Relaxed });
        await using var etcd = await cluster.OpenAsync(prefix, deadline.Token);
        var expected = await RunAsync(memory, prefix, operations, deadline.Token);
        (await RunAsync(disk, prefix, operations, deadline.Token)).ShouldBe(expected);
        (await RunAsync(etcd, prefix, operations, deadline.Token)).ShouldBe(expected);
    }

    private static async Task<List<string>> RunAsync(
        IStore store, string prefix, Operation[] operations, CancellationToken cancellationToken)
    {
        var run = new Run(store, prefix, await store.GetRevisionAsync(cancellationToken));
        var answers = new List<string>();
        foreach (var operation in operations)
        {
            string answer;
            try
            {
                answer = await run.DoAsync(operation, cancellationToken);
            }
            catch (StoreException e)
            {
                answer = $"{e.Failure} {run.Relative(e.Revision)}";
            }

            answers.Add($"{operation}: {answer}");
        }

        return answers;
    }

    public enum Kind
    {
        Put,
        PutAgain,
        PutStale,
        Delete,
        DeleteStale,
        Get,
        Range,
        RangeInPast,
        Watch,
        Compact,
    }

    /// <param name="Kind">What is done.</param>
    /// <param name="Key">With which key.</param>
    /// <param name="Number">Picks a revision or a limit.</param>
    public sealed record Operation(Kind Kind, byte Key, byte Number);

    /// <summary>The etcd that all cases share, each below a prefix of its own.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        private EtcdCluster? etcd;

        public async Task InitializeAsync()
        {
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            etcd = await EtcdCluster.StartAsync(deadline.Token);
        }

        public async Task DisposeAsync() => await etcd!.DisposeAsync();

        public Task<EtcdStore> OpenAsync(string prefix, CancellationToken cancellationToken) => EtcdStore.OpenAsync(
            StoreEngine.Etcd.OptionsOf(etcd!) with { Prefix = prefix, ReplayRevisions = 0 },
            TimeProvider.System,
            NullLogger<EtcdStore>.Instance,
            cancellationToken);
    }

    private sealed class Run(IStore store, string prefix, long start)
    {
        private int _written;

        public long Relative(long revision) => revision == 0 ? 0 : revision - start;

        public async Task<string> DoAsync(Operation operation, CancellationToken cancellationToken)
        {
            var key = $"{prefix}{operation.Key % Keys}";
            var newest = await store.GetRevisionAsync(cancellationToken);

            // One more than there are, so that the future is asked for too.
            var revision = start + (operation.Number % (newest - start + 2));
            var current = (await store.GetAsync(key, cancellationToken))?.ModRevision ?? 0;
            return operation.Kind switch
            {
                Kind.Put or Kind.PutAgain => await WriteAsync(key, current, Value(), cancellationToken),
                Kind.PutStale => await WriteAsync(key, current == 0 ? newest : 0, Value(), cancellationToken),
                Kind.Delete => await WriteAsync(key, current, null, cancellationToken),
                Kind.DeleteStale => await WriteAsync(key, revision, null, cancellationToken),
                Kind.Get => Show(await store.GetAsync(key, cancellationToken)),
                Kind.Range => await RangeAsync(key, 0, operation.Number % 4, cancellationToken),
                Kind.RangeInPast => await RangeAsync(key, revision, operation.Number % 4, cancellationToken),
                Kind.Watch => await WatchAsync(key, revision, newest, cancellationToken),
                Kind.Compact => await CompactAsync(revision, cancellationToken),
                _ => throw new ArgumentException($"{operation.Kind} is unknown", nameof(operation)),
            };
        }

        private byte[] Value() => Encoding.UTF8.GetBytes($"v{++_written}");

        private async Task<string> WriteAsync(
            string key, long expected, byte[]? value, CancellationToken cancellationToken)
        {
            var bytes = value is null ? (ReadOnlyMemory<byte>?)null : value;
            var written = await store.WriteAsync(new WriteRequest(key, expected, bytes), cancellationToken);
            return $"{written.Succeeded} {Relative(written.Revision)} {Show(written.Current)}";
        }

        private async Task<string> RangeAsync(
            string key, long revision, int limit, CancellationToken cancellationToken)
        {
            var end = RangeRequest.PrefixEnd(prefix);
            var range = await store.RangeAsync(new RangeRequest(key, end, revision, limit), cancellationToken);
            return $"{Relative(range.Revision)}+{range.RemainingCount}: {string.Join(' ', range.Values.Select(Show))}";
        }

        private async Task<string> WatchAsync(
            string watched, long after, long newest, CancellationToken cancellationToken)
        {
            var seen = new List<string>();
            await foreach (var batch in store.WatchAsync(watched, after, cancellationToken))
            {
                seen.AddRange(batch.Changes.Select(c =>
                    $"{Relative(c.Revision)}: {Show(c.Previous)} -> {Show(c.Current)}"));
                if (batch.Revision >= newest)
                {
                    break;
                }
            }

            return string.Join("; ", seen);
        }

        private async Task<string> CompactAsync(long revision, CancellationToken cancellationToken)
        {
            await store.CompactAsync(revision, cancellationToken);
            return "done";
        }

        private string Show(StoredValue? value) => value is null
            ? "-"
            : $"{value.Key}={Encoding.UTF8.GetString(value.Value.Span)}"
                + $"@{Relative(value.CreateRevision)}/{Relative(value.ModRevision)}";
    }
}
