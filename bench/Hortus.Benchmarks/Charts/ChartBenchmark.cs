using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.Host;
using Hortus.Testing;

namespace Hortus.Benchmarks.Charts;

/// <summary>What rendering a chart takes, beside the bare <c>helm template</c>.</summary>
internal static class ChartBenchmark
{
    private const int Rounds = 40;
    private const int Warmups = 5;
    private const string KubernetesVersion = "1.34.2";

    /// <summary>Prints a table of medians in milliseconds.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var binary = HelmBinary.Find(null);
        var runner = new ProcessRunner();
        var folder = Directory.CreateTempSubdirectory("hortus-bench-").FullName;
        var source = Path.Combine(BuiltTools.Root, "charts", "provider-local");
        await runner.RequireAsync(new ProcessCommand(binary, "package", source, "--destination", folder), cancellationToken);
        var file = Directory.EnumerateFiles(folder, "*.tgz").Single();
        var release = ReleaseOf(await File.ReadAllBytesAsync(file, cancellationToken));
        using var helm = new HelmRenderer(binary, new HelmLimits());
        var cache = new CachedRenderer(helm);
        var command = new ProcessCommand(
            binary, "template", release.Name, file, $"--namespace={release.Namespace}", "--values=-", $"--kube-version={KubernetesVersion}")
        {
            Input = release.Values.ToJsonString(),
        };

        var (bare, first, cached) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = -Warmups; i < Rounds; i++)
        {
            // In turns, so that other work on the machine hits all alike. Each round has values that the cache has not seen.
            var round = release with { Values = new JsonObject { ["concurrentReconciles"] = 10 + ((i + Warmups) % 80) } };
            var times = new[]
            {
                await TimeAsync(() => runner.RequireAsync(command, cancellationToken)),
                await TimeAsync(() => cache.RenderAsync(round, cancellationToken)),
                await TimeAsync(() => cache.RenderAsync(round, cancellationToken)),
            };
            if (i >= 0)
            {
                bare.Add(times[0]);
                first.Add(times[1]);
                cached.Add(times[2]);
            }
        }

        Directory.Delete(folder, recursive: true);
        Console.WriteLine($"chart provider-local, {Rounds} rounds, {binary}");
        Console.WriteLine("| rendering | median | least | greatest |");
        Console.WriteLine("|---|---|---|---|");
        Print("bare helm template", bare);
        Print("first", first);
        Print("cached", cached);
        return 0;
    }

    private static ChartRelease ReleaseOf(byte[] archive) => new()
    {
        Archive = archive,
        Digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(archive))}",
        Name = "provider-local",
        Namespace = "extension-provider-local",
        KubernetesVersion = KubernetesVersion,
        Values = new JsonObject { ["concurrentReconciles"] = 5 },
    };

    private static async Task<double> TimeAsync<T>(Func<Task<T>> run)
    {
        var start = Stopwatch.GetTimestamp();
        await run();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Print(string name, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"| {name} | {times[times.Count / 2]:0.00} ms | {times[0]:0.00} ms | {times[^1]:0.00} ms |"));
    }
}
