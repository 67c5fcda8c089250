using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Operator;
using Hortus.Runtime;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator;

/// <summary>Which chart of an Extension to render and how.</summary>
internal sealed record ChartOrder
{
    /// <summary>Told what looks wrong in the chart.</summary>
    public required Extension Extension { get; init; }

    /// <summary>Where the chart is; its Secrets are in the namespace garden of the runtime cluster.</summary>
    public required ExtensionHelm? Helm { get; init; }

    /// <summary>Name of the release.</summary>
    public required string Release { get; init; }

    /// <summary>Namespace of the release.</summary>
    public required string Namespace { get; init; }

    /// <summary>Values of the Extension, with templates.</summary>
    public JsonElement? Values { get; init; }

    /// <summary>What the templates may read.</summary>
    public IReadOnlyList<NamedResourceReference>? Resources { get; init; }

    /// <summary>Values that go over those of the Extension.</summary>
    public required JsonObject SystemValues { get; init; }

    /// <summary>Version of the cluster that the objects are for.</summary>
    public required string KubernetesVersion { get; init; }
}

/// <summary>A rendered chart and where it came from.</summary>
/// <param name="Rendered">The objects.</param>
/// <param name="Digest">Digest of the chart.</param>
/// <param name="Note">What users should know of how the chart was found; null for nothing.</param>
internal sealed record ExtensionChart(RenderedChart Rendered, string Digest, string? Note);

/// <summary>Brings and renders charts of Extensions.</summary>
/// <param name="loader">Brings them.</param>
/// <param name="renderer">Renders them.</param>
/// <param name="runtime">The runtime cluster, with the Secrets and ConfigMaps.</param>
/// <param name="events">Told what looks wrong in charts.</param>
internal sealed class ExtensionCharts(
    ChartLoader loader, IChartRenderer renderer, IKubernetesClient runtime, IEventRecorder events)
{
    /// <summary>The objects under the names of their templates, with what workloads are given.</summary>
    /// <exception cref="ExtensionPartException">An object is there twice.</exception>
    public static ManifestBundle BundleOf(ExtensionChart chart, WorkloadInjection? injection)
    {
        try
        {
            return ChartManifests.Bundle(chart.Rendered, injection);
        }
        catch (ChartException e)
        {
            throw new ExtensionPartException(e.Message, e);
        }
    }

    /// <summary>Renders a chart.</summary>
    /// <exception cref="ExtensionPartException">It cannot be had or rendered; the message says why and holds no secret.</exception>
    public async Task<ExtensionChart> RenderAsync(ChartOrder order, CancellationToken cancellationToken)
    {
        var repository = order.Helm?.OciRepository
            ?? throw new ExtensionPartException("the Extension names no chart: set helm.ociRepository");
        try
        {
            var resources = await ChartResources.ReadAsync(
                order.Resources, runtime, VirtualGardenNames.Namespace, cancellationToken);
            var values = ValueTemplates.Resolve(ChartValues.Of(order.Values), resources);
            var chart = await loader.LoadAsync(repository, runtime, VirtualGardenNames.Namespace, cancellationToken);
            var rendered = await renderer.RenderAsync(
                new ChartRelease
                {
                    Archive = chart.Archive,
                    Digest = chart.Digest,
                    Name = order.Release,
                    Namespace = order.Namespace,
                    Values = ChartValues.Merge(values.Values, order.SystemValues),
                    KubernetesVersion = order.KubernetesVersion,
                    Confidential = values.Confidential,
                },
                cancellationToken);
            foreach (var notice in ChartNotices.Of(rendered))
            {
                events.Warning(order.Extension, notice.Reason, notice.Message);
            }

            return new ExtensionChart(rendered, chart.Digest, chart.Note);
        }
        catch (Exception e) when (
            e is Oci.OciException or ChartException or ChartResourceException or ValueTemplateException or FormatException)
        {
            throw new ExtensionPartException(e.Message, e);
        }
    }
}
