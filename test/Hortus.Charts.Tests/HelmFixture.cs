using System.Text.Json.Nodes;

namespace Hortus.Charts.Tests;

/// <summary>The real helms for the tests of a class.</summary>
public sealed class HelmFixture : IDisposable
{
    private readonly Dictionary<string, HelmRenderer> renderers = new[] { "helm", "helm-3" }
        .ToDictionary(name => name, name => new HelmRenderer(Tool(name), new HelmLimits()));

    public HelmRenderer Renderer => renderers["helm"];

    public HelmRenderer Of(string name) => renderers[name];

    public void Dispose()
    {
        foreach (var renderer in renderers.Values)
        {
            renderer.Dispose();
        }
    }

    /// <summary>A program that `make setup` puts into .tools/bin.</summary>
    public static string Tool(string name)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, ".tools", "bin", name);
            if (File.Exists(path))
            {
                return path;
            }
        }

        throw new FileNotFoundException($"{name} is not in .tools/bin; run eng/setup.sh");
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
