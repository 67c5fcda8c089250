using System.Text.Json.Nodes;

namespace Hortus.Charts.Tests;

/// <summary>The real helm for the tests of a class.</summary>
public sealed class HelmFixture : IDisposable
{
    public HelmRenderer Renderer { get; } = new(HelmBinary.Find(null), new HelmLimits());

    public void Dispose() => Renderer.Dispose();

    public static ChartRelease Release(byte[] archive, string values = "{}") => new()
    {
        Archive = archive,
        Digest = $"sha256:{Guid.NewGuid():N}",
        Name = "release",
        Namespace = "space",
        KubernetesVersion = "1.34.2",
        Values = JsonNode.Parse(values)!.AsObject(),
    };

    public static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(60));
}
