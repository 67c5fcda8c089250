using System.Globalization;

namespace Hortus.Benchmarks.ApiServer;

/// <summary>
/// The API server as users run it, and beside it, when <c>KUBEBUILDER_ASSETS</c> holds them, kube-apiserver and etcd: both
/// are alive, and rounds alternate A B B A, so that what else the machine does falls on both.
/// </summary>
internal static class ApiServerBenchmark
{
    private const int RoundsDefault = 6;
    private const int Starts = 3;
    private static readonly WorkloadSize Size = new(Objects: 2000, Lists: 40, Clients: 16, Watchers: 20);

    // What is measured is a server that has run for a while, on either side. Ours optimizes its code as it runs.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(45);

    /// <summary>Measures and prints.</summary>
    /// <param name="rounds">How many; 0 for as many as the figures in the documentation rest on.</param>
    /// <param name="cores">Where servers and clients run.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(int rounds, Cores cores, CancellationToken cancellationToken)
    {
        if (cores.MustMove)
        {
            return await Cores.RunMovedAsync(cancellationToken);
        }

        rounds = rounds > 0 ? rounds : RoundsDefault;
        var assets = Environment.GetEnvironmentVariable("KUBEBUILDER_ASSETS");
        var compared = assets is not null && File.Exists(Path.Combine(assets, "kube-apiserver"));
        Console.WriteLine($"API server: {Size.Objects} ConfigMaps of 1 KiB, {Size.Clients} clients, {Size.Watchers} watchers, "
            + $"{rounds} rounds, TLS and HTTP/2, every write on disk; "
            + (cores.AreApart ? "servers on one core, clients on the others" : "servers and clients on the same cores")
            + $"; load {Load()}");
        if (!compared)
        {
            Console.WriteLine("kube-apiserver is not measured: KUBEBUILDER_ASSETS names no folder that holds it");
        }

        var ours = new ServerRun("hortus", token => MeasuredServer.StartHortusAsync(cores, token));
        var onEtcd = new ServerRun("hortus-on-etcd", token => MeasuredServer.StartHortusOnEtcdAsync(cores, assets, token));
        ServerRun[] runs = compared
            ? [ours, onEtcd, new ServerRun("kubernetes", token => MeasuredServer.StartKubernetesAsync(cores, assets!, token))]
            : [ours, onEtcd];
        for (var i = 1; i < Starts; i++)
        {
            foreach (var run in i % 2 == 0 ? runs.Reverse() : runs)
            {
                await run.StartOnceAsync(cancellationToken);
            }
        }

        try
        {
            foreach (var run in runs)
            {
                await run.OpenAsync(Size, WarmUp, cancellationToken);
            }

            for (var round = 0; round < rounds; round++)
            {
                foreach (var run in round % 2 == 0 ? runs : runs.Reverse())
                {
                    await run.RoundAsync(Size, round, cancellationToken);
                }
            }

            foreach (var run in runs)
            {
                await run.CloseAsync();
            }

            Report(runs);
            return 0;
        }
        finally
        {
            foreach (var run in runs)
            {
                await run.DisposeAsync();
            }
        }
    }

    private static void Report(ServerRun[] runs)
    {
        Console.WriteLine($"versions: {string.Join("; ", runs.Select(r => $"{r.Name} {r.Version}"))}; load at the end {Load()}");
        foreach (var run in runs)
        {
            Print($"{run.Name}: start to /readyz {Span(run.ReadySeconds, "0.00")} s; memory just ready "
                + $"{Span(run.MemoryReady, "0")} MiB, after the rounds {run.MemoryAfter:0} MiB; "
                + $"all watchers had all creates {Span(run.WatchLag, "0")} ms after the last answer; "
                + $"{run.WatchesResumed} watches resumed");
        }

        foreach (var phase in Workload.Phases)
        {
            foreach (var run in runs)
            {
                var results = run.Results.Select(r => r[phase]).ToList();
                Print($"| {phase} | {run.Name} | {Span(results.Select(r => r.PerSecond), "0")} /s | "
                    + $"p50 {Median(results.Select(r => r.P50)):0.00} ms | p99 {Median(results.Select(r => r.P99)):0.0} ms | "
                    + $"{Median(results.Select(r => r.Processor)):0.000} ms of processor each, "
                    + $"clients {Median(results.Select(r => r.ClientProcessor)):0.000} ms |");
            }

            if (runs is [.. var ours, { Name: "kubernetes" } theirs])
            {
                foreach (var run in ours)
                {
                    var ratios = run.Results.Zip(theirs.Results, (a, b) => a[phase].PerSecond / b[phase].PerSecond);
                    Print($"| {phase} | {run.Name} / kubernetes | {Span(ratios, "0.0")} |");
                }
            }
        }
    }

    private static void Print(string text) => Console.WriteLine(text);

    private static string Load() => File.ReadAllText("/proc/loadavg").Split(' ')[0];

    /// <summary>Median (least-greatest).</summary>
    internal static string Span(IEnumerable<double> values, string format)
    {
        var sorted = values.Order().ToList();
        string Text(double value) => value.ToString(format, CultureInfo.InvariantCulture);
        return $"{Text(sorted[sorted.Count / 2])} ({Text(sorted[0])}-{Text(sorted[^1])})";
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
