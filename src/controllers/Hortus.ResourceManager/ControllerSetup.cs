using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.ResourceManager;

/// <summary>What every controller of a resource manager is made of.</summary>
internal sealed record ControllerSetup
{
    /// <summary>Of the cluster with the ManagedResources.</summary>
    public required ControllerManager Source { get; init; }

    /// <summary>Of the cluster that is looked after; may be the same.</summary>
    public required ControllerManager Target { get; init; }

    /// <summary>Authorities that sign the certificate of the target's API server, PEM; null when the system's do.</summary>
    public string? TargetAuthority { get; init; }

    public required ResourceManagerOptions Options { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ILoggerFactory Logs { get; init; }

    /// <summary>For jitter. Safe for many threads.</summary>
    public required Random Random { get; init; }
}
