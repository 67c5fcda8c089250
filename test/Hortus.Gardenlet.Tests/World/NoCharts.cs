using Hortus.Charts;
using Hortus.Components.Charts;
using Hortus.Components.Gardenlets;
using Hortus.Oci;

namespace Hortus.Gardenlet.Tests.World;

/// <summary>For tests that install no extensions.</summary>
internal sealed class NoCharts : IArtifactPuller, IChartRenderer
{
    public static InstallationCharts Create()
    {
        var none = new NoCharts();
        return new InstallationCharts(new ChartLoader(none, null), none);
    }

    public static GardenletInstaller Installer()
    {
        var none = new NoCharts();
        return new GardenletInstaller(new ChartLoader(none, null), none, TimeProvider.System);
    }

    public Task<PulledChart> PullChartAsync(ChartPull pull, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("this test has no registry");

    public Task<RenderedChart> RenderAsync(ChartRelease release, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("this test has no helm");
}
