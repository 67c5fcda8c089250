namespace Hortus.Charts;

/// <summary>Turns a chart and values into objects. Implementations may be called by many at a time.</summary>
public interface IChartRenderer
{
    /// <summary>Renders a release as it is on its first installation, without asking any cluster.</summary>
    /// <returns>The objects; they belong to the caller, who may change them.</returns>
    /// <exception cref="ChartException">The chart is no chart, exceeds a limit or does not render; the message has chart, template and
    /// line, and nothing that <see cref="ChartRelease.Confidential"/> lists.</exception>
    Task<RenderedChart> RenderAsync(ChartRelease release, CancellationToken cancellationToken);
}
