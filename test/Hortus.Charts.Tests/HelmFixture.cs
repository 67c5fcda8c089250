using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.Charts.Tests;

/// <summary>The real helms for the tests of a class.</summary>
public sealed class HelmFixture : IDisposable
{
    private readonly Dictionary<string, HelmRenderer> renderers = new[] { "helm", "helm-3" }
        .ToDictionary(name => name, name => new HelmRenderer(BuiltTools.Installed(name), new HelmLimits()));

    public HelmRenderer Renderer => renderers["helm"];

    public HelmRenderer Of(string name) => renderers[name];

    public void Dispose()
    {
        foreach (var renderer in renderers.Values)
        {
            renderer.Dispose();
        }
    }

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
