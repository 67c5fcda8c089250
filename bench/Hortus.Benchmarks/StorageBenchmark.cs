using System.Diagnostics;
using System.Security.Cryptography;
using Hortus.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Benchmarks;

/// <summary>Writes per second, latency, memory and start of the embedded store.</summary>
internal static class StorageBenchmark
{
    private const int ValueBytes = 2048;
    private const int Keys = 20_000;
    private const int Rounds = 5;
    private static readonly TimeSpan RoundTime = TimeSpan.FromSeconds(2);

    public static async Task<int> RunAsync(string parent, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(parent, $"hortus-bench-{Guid.NewGuid():N}");
        try
        {
            Console.WriteLine($"store: {ValueBytes} byte values, {Rounds} rounds of {RoundTime.TotalSeconds} s, "
                + "median (min-max)");
            foreach (var durability in new[] { StoreDurability.Fsync, StoreDurability.Relaxed })
            {
                await MeasureWritesAsync(folder, durability, cancellationToken);
            }

            await MeasureStartAndMemoryAsync(folder, cancellationToken);
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task MeasureWritesAsync(
        string folder, StoreDurability durability, CancellationToken cancellationToken)
    {
        await using var store = await OpenAsync(
            Path.Combine(folder, durability.ToString()), durability, cancellationToken);
        await WriteForAsync(store, 16, TimeSpan.FromSeconds(1), cancellationToken);
        foreach (var writers in new[] { 1, 16, 64 })
        {
            var rounds = new List<Round>();
            for (var i = 0; i < Rounds; i++)
            {
                rounds.Add(await WriteForAsync(store, writers, RoundTime, cancellationToken));
            }

            rounds.Sort((a, b) => a.PerSecond.CompareTo(b.PerSecond));
            var median = rounds[Rounds / 2];
            Console.WriteLine(
                $"{durability,-8} {writers,3} writers: {median.PerSecond,7:F0} writes/s ({rounds[0].PerSecond:F0}-"
                + $"{rounds[^1].PerSecond:F0}), p50 {median.P50:F2} ms, p99 {median.P99:F2} ms, "
                + $"{median.Allocated:F0} B/write");
        }
    }

    private static async Task<Round> WriteForAsync(
        EmbeddedStore store, int writers, TimeSpan time, CancellationToken cancellationToken)
    {
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var start = Stopwatch.GetTimestamp();
        var perWriter = await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(
            async () =>
            {
                var value = RandomNumberGenerator.GetBytes(ValueBytes);
                var latencies = new List<double>();
                for (var i = 0; Stopwatch.GetElapsedTime(start) < time; i++)
                {
                    var key = $"/registry/configmaps/namespace-{writer}/name-{i % (Keys / writers)}";
                    var current = await store.GetAsync(key, cancellationToken);
                    var began = Stopwatch.GetTimestamp();
                    await store.WriteAsync(new WriteRequest(key, current?.ModRevision ?? 0, value), cancellationToken);
                    latencies.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
                }

                return latencies;
            },
            cancellationToken)));
        var elapsed = Stopwatch.GetElapsedTime(start);
        var all = perWriter.SelectMany(l => l).Order().ToList();
        return new Round(
            all.Count / elapsed.TotalSeconds,
            all[all.Count / 2],
            all[(int)(all.Count * 0.99)],
            (double)(GC.GetTotalAllocatedBytes(precise: true) - allocated) / all.Count);
    }

    private static async Task MeasureStartAndMemoryAsync(string folder, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, "start");
        const int count = 50_000;
        await FillAsync(path, count, cancellationToken);
        // Leaves the stack of the store just closed, which would keep it alive.
        await Task.Yield();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var start = Stopwatch.GetTimestamp();
        await using var opened = await OpenAsync(path, StoreDurability.Fsync, cancellationToken);
        var openTime = Stopwatch.GetElapsedTime(start);
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        start = Stopwatch.GetTimestamp();
        var range = await opened.RangeAsync(RangeRequest.Prefix("/registry/configmaps/"), cancellationToken);
        Console.WriteLine(
            $"start with {count} values from a snapshot: {openTime.TotalMilliseconds:F0} ms; "
            + $"memory {memory / 1048576.0:F0} MiB for "
            + $"{opened.Statistics.LiveBytes / 1048576.0:F0} MiB of live bytes; range of all {range.Values.Count}: "
            + $"{Stopwatch.GetElapsedTime(start).TotalMilliseconds:F1} ms");
    }

    private static async Task FillAsync(string folder, int count, CancellationToken cancellationToken)
    {
        await using var store = await OpenAsync(folder, StoreDurability.Relaxed, cancellationToken);
        var value = RandomNumberGenerator.GetBytes(ValueBytes);
        await Parallel.ForEachAsync(Enumerable.Range(0, count), cancellationToken, async (i, token) =>
            await store.WriteAsync(new WriteRequest($"/registry/configmaps/default/name-{i:D6}", 0, value), token));
    }

    private static Task<EmbeddedStore> OpenAsync(
        string folder, StoreDurability durability, CancellationToken cancellationToken) => EmbeddedStore.OpenAsync(
            new EmbeddedStoreOptions { Directory = folder, Durability = durability },
            TimeProvider.System,
            NullLogger<EmbeddedStore>.Instance,
            cancellationToken);

    private sealed record Round(double PerSecond, double P50, double P99, double Allocated);
}
