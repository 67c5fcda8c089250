using Hortus.Charts;
using Hortus.Client;
using Hortus.Components.Charts;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Oci;
using Hortus.Runtime;

namespace Hortus.Components.Gardenlets;

/// <summary>
/// Installs gardenlets from their charts: brings and renders the chart, checks what came of it, then applies it object by object.
/// Everybody who deploys a gardenlet uses this one: the operator for the first time, and the gardenlet for itself.
/// </summary>
/// <param name="loader">Brings charts.</param>
/// <param name="renderer">Renders them.</param>
/// <param name="clock">Says when a release came.</param>
public sealed class GardenletInstaller(ChartLoader loader, IChartRenderer renderer, TimeProvider clock)
{
    /// <summary>Brings and renders a chart, and checks that it is one of a gardenlet that works with the garden. Nothing is
    /// applied.</summary>
    /// <exception cref="GardenletInstallException">It cannot be had, does not render or is refused.</exception>
    public async Task<GardenletRelease> PrepareAsync(GardenletReleaseRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (reference, chart) = request.Repository is { } repository
            ? (ChartLoader.ReferenceOf(repository), await LoadAsync(request, repository, cancellationToken))
            : ($"{GardenletRelease.ChartName}:{BuildVersion.Current}", BuiltInChart.Load(BuildVersion.Current.TrimStart('v')));
        var rendered = await RenderAsync(request, reference, chart, cancellationToken);
        var release = new GardenletRelease
        {
            Reference = reference,
            Digest = chart.Digest,
            Version = rendered.AppVersion ?? rendered.Version,
            Objects = [.. rendered.Objects.Select(o => ReleaseObjects.Complete(o.Json))],
            Notices = [.. ChartNotices.Of(rendered)],
            Note = chart.Note,
        };
        return Fault(release, rendered, request.GardenVersion) is { } fault
            ? throw new GardenletInstallException(GardenletInstallStep.Check, $"the chart {reference} is refused: {fault}")
            : release;
    }

    /// <summary>Brings the objects of a release to a cluster, in their order; doing it twice changes nothing. What an earlier release
    /// had and this one has not stays, see <see cref="PruneAsync"/>.</summary>
    /// <param name="release">The release.</param>
    /// <param name="target">The cluster.</param>
    /// <param name="cancellationToken">Ends the call; what was applied by then stays, and the next call goes on.</param>
    /// <exception cref="GardenletInstallException">An object was refused; those before it are applied.</exception>
    public Task ApplyAsync(GardenletRelease release, IKubernetesClient target, CancellationToken cancellationToken) =>
        new ReleaseApplier(target, clock).ApplyAsync(release, cancellationToken);

    /// <summary>Deletes what earlier releases brought and this one has not. To be called when the release has rolled out: until then
    /// the pods of the former one need theirs.</summary>
    /// <returns>What was deleted, for messages.</returns>
    /// <exception cref="GardenletInstallException">An object cannot be deleted.</exception>
    public Task<IReadOnlyList<string>> PruneAsync(
        GardenletRelease release, IKubernetesClient target, CancellationToken cancellationToken) =>
        new ReleaseApplier(target, clock).PruneAsync(release, cancellationToken);

    /// <summary>Deletes everything that releases brought, the gardenlet first. What others use too stays.</summary>
    /// <param name="target">The cluster.</param>
    /// <param name="cancellationToken">Ends the call; what was deleted by then is gone, and the next call goes on.</param>
    /// <exception cref="GardenletInstallException">An object cannot be deleted.</exception>
    public Task UninstallAsync(IKubernetesClient target, CancellationToken cancellationToken) =>
        new ReleaseApplier(target, clock).UninstallAsync(cancellationToken);

    private async Task<LoadedChart> LoadAsync(
        GardenletReleaseRequest request, OCIRepository repository, CancellationToken cancellationToken)
    {
        try
        {
            return await loader.LoadAsync(repository, request.Garden, request.SecretNamespace, cancellationToken);
        }
        catch (Exception e) when (e is OciException or ApiException or HttpRequestException or IOException)
        {
            throw new GardenletInstallException(
                GardenletInstallStep.Pull, $"the chart {ChartLoader.ReferenceOf(repository)} cannot be pulled: {e.Message}", e);
        }
    }

    private async Task<RenderedChart> RenderAsync(
        GardenletReleaseRequest request, string reference, LoadedChart chart, CancellationToken cancellationToken)
    {
        var release = new ChartRelease
        {
            Archive = chart.Archive,
            Digest = chart.Digest,
            Name = GardenletNames.Deployment,
            Namespace = GardenerNames.GardenNamespace,
            Values = request.Values,
            Confidential = [.. Kubeconfigs(request)],
            KubernetesVersion = request.KubernetesVersion.TrimStart('v'),
        };
        try
        {
            return await renderer.RenderAsync(release, cancellationToken);
        }
        catch (ChartException e)
        {
            throw new GardenletInstallException(
                GardenletInstallStep.Render, $"the chart {reference} cannot be rendered: {e.Message}", e);
        }
    }

    private static IEnumerable<string> Kubeconfigs(GardenletReleaseRequest request) => new[]
    {
        request.Values.Text("config", "gardenClientConnection", "bootstrapKubeconfig", "kubeconfig"),
        request.Values.Text("config", "gardenClientConnection", "kubeconfig"),
        request.Values.Text("config", "seedClientConnection", "kubeconfig"),
    }.OfType<string>();

    private static string? Fault(GardenletRelease release, RenderedChart rendered, string? gardenVersion) =>
        !release.Objects.Any(GardenletRelease.IsDeployment)
            ? $"{rendered.Name} {rendered.Version} is no chart of a gardenlet: it has no Deployment "
                + $"{GardenletNames.DeploymentKey}; check spec.deployment.helm.ociRepository"
            : gardenVersion is null ? null : VersionSkew.Fault(release.Version, gardenVersion);
}
