using System.Text.Json.Nodes;
using Hortus.Charts;
using Hortus.Client;
using Hortus.Components.Charts;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Oci;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet;

/// <summary>Brings the charts of extensions and renders them.</summary>
/// <param name="loader">Brings them.</param>
/// <param name="renderer">Renders them.</param>
internal sealed class InstallationCharts(ChartLoader loader, IChartRenderer renderer)
{
    /// <summary>The chart of a deployment.</summary>
    /// <exception cref="InstallationException">It cannot be had.</exception>
    public async Task<LoadedChart> LoadAsync(ControllerDeployment deployment, IKubernetesClient garden, CancellationToken cancellationToken)
    {
        if (deployment.Helm!.RawChart is { Length: > 0 } raw)
        {
            return ChartLoader.Load(raw);
        }

        var repository = deployment.Helm.OciRepository!;
        try
        {
            return await loader.LoadAsync(repository, garden, GardenerNames.GardenNamespace, cancellationToken);
        }
        catch (Exception e) when (e is OciException or ApiException or HttpRequestException or IOException)
        {
            throw InstallationException.Invalid(
                Reasons.OCIChartCannotBePulled, $"The chart {ChartLoader.ReferenceOf(repository)} cannot be pulled: {e.Message}");
        }
    }

    /// <summary>The objects of a chart for an installation.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="facts">The installation.</param>
    /// <param name="system">Values that go over those of users.</param>
    /// <param name="kubernetesVersion">Version of the seed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="InstallationException">It does not render; the message holds no secret.</exception>
    public async Task<RenderedChart> RenderAsync(
        LoadedChart chart, InstallationFacts facts, JsonObject system, string kubernetesVersion,
        CancellationToken cancellationToken)
    {
        var release = new ChartRelease
        {
            Archive = chart.Archive,
            Digest = chart.Digest,
            Name = facts.Registration.Metadata.Name!,
            Namespace = InstallationNames.NamespaceOf(facts.Installation),
            Values = ChartValues.Merge(facts.Values.Values, system),
            Confidential = facts.Values.Confidential,
            KubernetesVersion = kubernetesVersion.TrimStart('v'),
        };
        try
        {
            return await renderer.RenderAsync(release, cancellationToken);
        }
        catch (ChartException e)
        {
            throw InstallationException.Invalid(Reasons.ChartCannotBeRendered, $"The chart cannot be rendered: {e.Message}");
        }
    }
}
