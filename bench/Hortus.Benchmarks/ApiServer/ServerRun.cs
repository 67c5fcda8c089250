using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Hortus.Benchmarks.ApiServer;

/// <summary>All measurements of one server.</summary>
internal sealed class ServerRun(string name, Func<CancellationToken, Task<MeasuredServer>> start) : IAsyncDisposable
{
    private MeasuredServer? server;

    public string Name => name;

    public string Version { get; private set; } = "";

    public List<double> ReadySeconds { get; } = [];

    public List<double> MemoryReady { get; } = [];

    public double MemoryAfter { get; private set; }

    /// <summary>In ms, one a round.</summary>
    public List<double> WatchLag { get; } = [];

    /// <summary>How often a watch was ended by the server, because its client did not keep up, and taken up again.</summary>
    public int WatchesResumed { get; private set; }

    public List<Dictionary<string, PhaseResult>> Results { get; } = [];

    /// <summary>Starts and stops, for the time to ready and the memory just then.</summary>
    public async Task StartOnceAsync(CancellationToken cancellationToken)
    {
        await using var once = await start(cancellationToken);
        ReadySeconds.Add(once.ReadyAfter.TotalSeconds);
        MemoryReady.Add(once.Memory);
    }

    /// <summary>Starts and warms up for a time, with whole rounds that do not count.</summary>
    public async Task OpenAsync(WorkloadSize size, TimeSpan warmUp, CancellationToken cancellationToken)
    {
        server = await start(cancellationToken);
        ReadySeconds.Add(server.ReadyAfter.TotalSeconds);
        MemoryReady.Add(server.Memory);
        using (var http = BenchClient.NewHttp(server.Address, MeasuredServer.AdminToken))
        {
            var version = await http.GetStringAsync(new Uri("/version", UriKind.Relative), cancellationToken);
            Version = JsonNode.Parse(version)!["gitVersion"]!.ToString();
        }

        await Workload.PrepareAsync(server, cancellationToken);
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; Stopwatch.GetElapsedTime(began) < warmUp; round++)
        {
            using var workload = new Workload(server, size);
            await workload.RunAsync($"warm-up-{round}", cancellationToken);
        }
    }

    /// <summary>One round.</summary>
    public async Task RoundAsync(WorkloadSize size, int round, CancellationToken cancellationToken)
    {
        using var workload = new Workload(server!, size);
        var result = await workload.RunAsync($"round-{round}", cancellationToken);
        Results.Add(result.Phases);
        WatchLag.Add(result.WatchLag.TotalMilliseconds);
        WatchesResumed += result.Resumed;
    }

    /// <summary>Notes the memory and stops.</summary>
    public async Task CloseAsync()
    {
        MemoryAfter = server!.Memory;
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (server is { } running)
        {
            server = null;
            await running.DisposeAsync();
        }
    }
}
