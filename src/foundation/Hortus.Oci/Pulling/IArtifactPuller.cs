namespace Hortus.Oci;

/// <summary>Brings charts from registries, once for all who ask.</summary>
public interface IArtifactPuller
{
    /// <summary>
    /// The chart that a reference names. A digest that this process has pulled for the same credentials costs no request; a
    /// tag is resolved at each call. When a tag cannot be resolved because the registry does not answer, the chart it stood
    /// for last is given, with a note.
    /// </summary>
    /// <exception cref="OciException">There is no such chart, no right to it, or no way to it; the message says which, with
    /// the reference, and holds no secret.</exception>
    /// <exception cref="OperationCanceledException">The caller does not want to wait any longer; others that wait for the
    /// same chart are not disturbed.</exception>
    Task<PulledChart> PullChartAsync(ChartPull pull, CancellationToken cancellationToken);
}
