using Hortus.Client;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.KubeControllers;

/// <summary>What every controller of this project is made of.</summary>
internal sealed record ControllerSetup
{
    public required IControllerManager Manager { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ILoggerFactory Logs { get; init; }

    /// <summary>For names and jitter.</summary>
    public required Random Random { get; init; }

    public required KubeControllerManagerOptions Options { get; init; }

    public IKubernetesClient Client => Manager.Client;
}
