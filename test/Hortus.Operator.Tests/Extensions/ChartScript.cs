using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.Objects;
using Hortus.Oci;
using Hortus.Runtime;

namespace Hortus.Operator.Tests.Extensions;

/// <summary>In place of registries and helm: charts by their reference, each a function of the release.</summary>
internal sealed class ChartScript : IArtifactPuller, IChartRenderer
{
    private readonly ConcurrentDictionary<string, Func<ChartRelease, string>> charts = new(StringComparer.Ordinal);

    /// <summary>What was rendered, last one per release name and namespace.</summary>
    public ConcurrentDictionary<(string Reference, string Namespace), ChartRelease> Releases { get; } = new();

    /// <summary>What is told of every chart that is pulled; null for nothing.</summary>
    public string? Note { get; set; }

    /// <summary>What helm would run before and after.</summary>
    public IReadOnlyList<ChartHook> Hooks { get; set; } = [];

    /// <summary>Puts a chart into the registry.</summary>
    /// <param name="reference">Its reference.</param>
    /// <param name="render">Gives YAML documents.</param>
    public void Offer(string reference, Func<ChartRelease, string> render) => charts[reference] = render;

    /// <summary>Takes a chart away.</summary>
    public void Withdraw(string reference) => charts.TryRemove(reference, out _);

    /// <summary>The release of a chart.</summary>
    public ChartRelease ReleaseOf(string reference, string @namespace) => Releases[(reference, @namespace)];

    /// <inheritdoc/>
    public Task<PulledChart> PullChartAsync(ChartPull pull, CancellationToken cancellationToken)
    {
        var reference = pull.Reference.ToString();
        return charts.ContainsKey(reference)
            ? Task.FromResult(new PulledChart(DigestOf(reference), Encoding.UTF8.GetBytes(reference), Note))
            : throw new OciException(OciFailure.NotFound, $"artifact pull failed for {reference}: no such chart in this test");
    }

    /// <inheritdoc/>
    public Task<RenderedChart> RenderAsync(ChartRelease release, CancellationToken cancellationToken)
    {
        var reference = Encoding.UTF8.GetString(release.Archive.Span);
        Releases[(reference, release.Namespace)] = release;
        RenderedObject[] objects =
            [.. KubernetesYaml.ParseAll(charts[reference](release)).Select((json, i) => new RenderedObject($"test/templates/{i}.yaml", json))];
        return Task.FromResult(new RenderedChart("test", "1.0.0", BuildVersion.Current, objects, Hooks, []));
    }

    /// <summary>A text of the values of a release.</summary>
    public static JsonNode? Value(ChartRelease release, params string[] path) =>
        path.Aggregate((JsonNode?)release.Values, (node, step) => (node as JsonObject)?[step]);

    private static string DigestOf(string text) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
