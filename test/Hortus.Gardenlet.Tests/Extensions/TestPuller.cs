using Hortus.Oci;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.Gardenlet.Tests.Extensions;

/// <summary>Pulls charts from registries of this machine, which are asked again soon.</summary>
internal static class TestPuller
{
    /// <param name="metrics">Its metrics.</param>
    /// <param name="logs">Its logs.</param>
    /// <param name="cache">Folder in which charts are kept; null keeps them in memory.</param>
    public static ArtifactPuller New(MetricRegistry metrics, ILoggerFactory logs, string? cache = null) => new(
        new ChartPullerOptions { CacheFolder = cache, Registries = new RegistryOptions { RetryDelay = TimeSpan.FromMilliseconds(20) } },
        metrics,
        logs.CreateLogger<ArtifactPuller>(),
        new Random(1),
        TimeProvider.System);
}
