using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Hortus.ApiServer.Tests.Rest;
using Hortus.Testing;
using Xunit.Abstractions;

namespace Hortus.ApiServer.Tests.Hosting;

/// <summary>Many clusters in one process share code and schemas.</summary>
[Trait("Category", "Integration")]
[Collection(AloneCollection.Name)]
public sealed class ManyServersTests(ITestOutputHelper output)
{
    private const int Count = 20;
    private const double MebibyteMax = 15;
    private static readonly TimeSpan ReadyMax = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Twenty_servers_of_one_process_are_ready_soon_and_each_takes_little_memory()
    {
        using var deadline = ApiFixture.Deadline();
        await using var first = await StartAsync(deadline.Token);

        // Once more when it was too slow: other programs share the machine.
        var (ready, heap, resident) = await MeasureAsync(deadline.Token);
        if (ready >= ReadyMax)
        {
            (ready, heap, resident) = await MeasureAsync(deadline.Token);
        }

        ready.ShouldBeLessThan(ReadyMax);
        heap.ShouldBeLessThan(MebibyteMax);
        resident.ShouldBeLessThan(MebibyteMax);
    }

    /// <summary>Starts the servers beside the first one.</summary>
    /// <returns>When all were ready; what each takes of the heap and of the machine's memory.</returns>
    private async Task<(TimeSpan Ready, double Heap, double Resident)> MeasureAsync(CancellationToken cancellationToken)
    {
        var before = (Heap: Heap(), Resident: Environment.WorkingSet);
        var start = Stopwatch.GetTimestamp();

        var servers = await Task.WhenAll(Enumerable.Range(0, Count - 1).Select(_ => StartAsync(cancellationToken)));

        var ready = Stopwatch.GetElapsedTime(start);
        var heap = (Heap() - before.Heap) / (Count - 1) / 1048576.0;
        var resident = (Environment.WorkingSet - before.Resident) / (Count - 1) / 1048576.0;
        output.WriteLine($"ready after {ready.TotalSeconds:0.00} s, each {heap:0.0} MiB of heap and {resident:0.0} MiB resident");
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        return (ready, heap, resident);
    }

    [Fact]
    public async Task Server_that_has_stopped_leaves_nothing_in_memory()
    {
        using var deadline = ApiFixture.Deadline();
        var left = await StartAndStopAsync(deadline.Token);

        // What ran last on the way of the stop may still be on a stack.
        while (left.IsAlive)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, deadline.Token);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> StartAndStopAsync(CancellationToken cancellationToken)
    {
        await using var server = await StartAsync(cancellationToken);
        return new WeakReference(server.Store);
    }

    private static double Heap() => GC.GetTotalMemory(forceFullCollection: true);

    private static async Task<InProcessApiServer> StartAsync(CancellationToken cancellationToken)
    {
        var server = await Task.Run(() => InProcessApiServer.StartAsync(cancellationToken), cancellationToken);
        (await server.Client.GetAsync(new Uri("readyz", UriKind.Relative), cancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        return server;
    }
}
