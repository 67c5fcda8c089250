using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using Hortus.Components;
using Hortus.Testing;

namespace Hortus.Benchmarks.ManagedResources;

/// <summary>How small manifests become, and what that costs.</summary>
internal static class ManifestBenchmark
{
    private const double Goal = 0.1;
    private const int Rounds = 3;
    private static readonly int[] Qualities = [4, 5, 6, 9, 11];

    /// <summary>Prints a table.</summary>
    /// <returns>1 when the goal is missed.</returns>
    public static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        CorpusPart?[] folders =
        [
            ManifestCorpus.OfFolder("definitions of Hortus", Path.Combine(BuiltTools.Root, "charts", "crds")),
            ManifestCorpus.OfFolder("definitions of Gardener", FindUpstream()),
        ];
        CorpusPart[] parts = [.. await ManifestCorpus.OfGardenAsync(cancellationToken), .. folders.OfType<CorpusPart>()];
        Console.WriteLine($"| manifests | objects | bytes | gzip | {string.Join(" | ", Qualities.Select(q => $"Brotli {q}"))} | of the bytes |");
        Console.WriteLine($"|---|---|---|---|{string.Concat(Qualities.Select(_ => "---|"))}---|");
        foreach (var group in parts.GroupBy(p => p.Source))
        {
            PrintRow(group.Key, [.. group]);
        }

        var ratio = PrintRow("all", parts);
        PrintTimes(parts);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"goal {Goal:0.0%}: {(ratio <= Goal ? "reached" : "missed")} with {ratio:0.0%}"));
        return ratio <= Goal ? 0 : 1;
    }

    private static double PrintRow(string name, CorpusPart[] parts)
    {
        var raw = parts.Sum(p => (long)p.Content.Length);
        var sizes = Qualities.Select(q => parts.Sum(p => (long)Brotli(p.Content.Span, q))).ToArray();
        var chosen = sizes[Array.IndexOf(Qualities, ManifestCompression.Quality)] / (double)raw;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} ({parts.Length}) | {parts.Sum(p => p.Documents)} | {raw} | {parts.Sum(p => (long)Gzip(p.Content))} | "
            + $"{string.Join(" | ", sizes)} | {chosen:0.0%} |"));
        return chosen;
    }

    private static void PrintTimes(CorpusPart[] parts)
    {
        var megabytes = parts.Sum(p => (long)p.Content.Length) / 1e6;
        var times = Qualities.Select(q => Best(() => parts.Sum(p => Brotli(p.Content.Span, q))) / megabytes);
        var streams = parts.Select(p => ManifestCompression.Compress(p.Content.Span)).ToArray();
        var back = Best(() => streams.Sum(s => ManifestCompression.Decompress(s).Length)) / megabytes;
        var gzip = Best(() => parts.Sum(p => Gzip(p.Content))) / megabytes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| processor time per MB | | | {gzip:0} ms | {string.Join(" | ", times.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t:0} ms")))} | |"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"decompression: {back:0.0} ms per MB"));
    }

    // Processor time in ms, the best of some rounds.
    private static double Best(Func<long> run)
    {
        using var process = Process.GetCurrentProcess();
        return Enumerable.Range(0, Rounds).Min(_ =>
        {
            process.Refresh();
            var before = process.TotalProcessorTime;
            run();
            process.Refresh();
            return (process.TotalProcessorTime - before).TotalMilliseconds;
        });
    }

    private static int Brotli(ReadOnlySpan<byte> content, int quality)
    {
        var buffer = new byte[BrotliEncoder.GetMaxCompressedLength(content.Length)];
        return BrotliEncoder.TryCompress(content, buffer, out var written, quality, ManifestCompression.Window)
            ? written
            : throw new InvalidOperationException($"{content.Length} bytes do not fit into the room that brotli asked for");
    }

    private static int Gzip(ReadOnlyMemory<byte> content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(content.Span);
        }

        return (int)output.Length;
    }

    private static string FindUpstream()
    {
        for (var folder = new DirectoryInfo(BuiltTools.Root); folder is not null; folder = folder.Parent)
        {
            var upstream = Path.Combine(folder.FullName, "shared", "upstream", "crds");
            if (Directory.Exists(upstream))
            {
                return upstream;
            }
        }

        return "";
    }
}
