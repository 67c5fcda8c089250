using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>What a <see cref="ControllerManager"/> gets from its surroundings.</summary>
public sealed record ControllerManagerOptions
{
    /// <summary>Component name, the source of events.</summary>
    public required string Name { get; init; }

    /// <summary>This instance, the reporting instance of events.</summary>
    public required string Instance { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ILoggerFactory Logs { get; init; }

    public required IMeterFactory Metrics { get; init; }

    /// <summary>For jitter. Must be safe for many threads.</summary>
    public required Random Random { get; init; }

    /// <summary>Knows which failures come from servers that are away and are told of there; null knows of none.</summary>
    public ServerLog? Servers { get; init; }
}
