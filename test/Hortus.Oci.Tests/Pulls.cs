using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Hortus.Telemetry;
using Hortus.Testing.Registry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Oci.Tests;

/// <summary>What tests of pulls share: quick options, charts, and pullers.</summary>
internal static class Pulls
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Waits between tries are of no interest.</summary>
    public static RegistryOptions Quick { get; } = new() { RetryDelay = TimeSpan.FromMilliseconds(1) };

    public static CancellationToken Deadline() => new CancellationTokenSource(Limit).Token;

    public static ArtifactPuller Puller(ChartPullerOptions? options = null, MetricRegistry? metrics = null, TimeProvider? clock = null) => new(
        (options ?? new ChartPullerOptions()) with { Registries = options?.Registries is { } given && given != new RegistryOptions() ? given : Quick },
        metrics ?? new MetricRegistry(),
        NullLogger<ArtifactPuller>.Instance,
        new Random(1),
        clock ?? TimeProvider.System);

    public static RegistryClient Client(RegistryOptions? options = null) => new(options ?? Quick, new Random(1), TimeProvider.System);

    public static OciRepository Open(this RegistryClient client, string reference, byte[]? dockerConfig = null, string? ca = null)
    {
        var parsed = OciReference.Parse(reference);
        return client.Open(parsed, RegistryAccess.For(parsed, dockerConfig, ca));
    }

    public static ChartPull Pull(string reference, byte[]? dockerConfig = null, string? ca = null) => new()
    {
        Reference = OciReference.Parse(reference),
        DockerConfigJson = dockerConfig,
        CaBundle = ca,
    };

    /// <summary>A small chart.</summary>
    public static ChartPackage Chart(string name = "garden", string version = "1.0.0", string content = "kind: ConfigMap\n")
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Pax))
        {
            Add(tar, $"{name}/Chart.yaml", $"apiVersion: v2\nname: {name}\nversion: {version}\ndescription: a test\n");
            Add(tar, $"{name}/templates/a.yaml", content);
        }

        return ChartPackage.Read(packed.ToArray());
    }

    /// <summary>Puts a chart into a registry.</summary>
    /// <returns>Its digest.</returns>
    public static async Task<string> PushAsync(
        this DockerRegistry registry, string repository, ChartPackage chart, byte[]? dockerConfig = null, string? ca = null)
    {
        using var client = Client();
        return await ArtifactPublisher.PushChartAsync(
            client.Open($"{registry.Name}/{repository}", dockerConfig, ca), null, chart, null, Deadline());
    }

    public static bool IsSame(PulledChart pulled, ChartPackage chart) => pulled.Archive.Span.SequenceEqual(chart.Archive.Span);

    public static string TemporaryFolder() => Directory.CreateTempSubdirectory("hortus-oci-").FullName;

    private static void Add(TarWriter tar, string name, string content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)) });
}
