using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.Oci;

namespace Hortus.Operator.Tests;

/// <summary>In place of registries and helm: every reference is there, and every chart is one ConfigMap with its values.</summary>
internal sealed class TestCharts : IArtifactPuller, IChartRenderer
{
    private const string Digest = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

    /// <inheritdoc/>
    public Task<PulledChart> PullChartAsync(ChartPull pull, CancellationToken cancellationToken) =>
        Task.FromResult(new PulledChart(Digest, new byte[] { 1 }, null));

    /// <inheritdoc/>
    public Task<RenderedChart> RenderAsync(ChartRelease release, CancellationToken cancellationToken)
    {
        var map = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "ConfigMap",
            ["metadata"] = new JsonObject { ["namespace"] = release.Namespace, ["name"] = release.Name },
            ["data"] = new JsonObject { ["values"] = release.Values.ToJsonString() },
        };
        return Task.FromResult(new RenderedChart(
            release.Name, "1.0.0", null, [new RenderedObject($"{release.Name}/templates/map.yaml", map)], [], []));
    }
}
