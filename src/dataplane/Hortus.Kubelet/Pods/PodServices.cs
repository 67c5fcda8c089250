using Hortus.Kubelet.Containers;
using Hortus.Kubelet.Network;
using Hortus.Kubelet.Volumes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Pods;

/// <summary>What the workers of all pods share.</summary>
internal sealed record PodServices
{
    public required KubeletOptions Options { get; init; }

    public required ContainerRuntime Runtime { get; init; }

    public required PodNetwork Network { get; init; }

    public required PodVolumes Volumes { get; init; }

    public required ContainerSpecs Specs { get; init; }

    public required PodStatusReporter Reporter { get; init; }

    public required string NodeIP { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Records events; null while there is no API server.</summary>
    public IEventRecorder? Events { get; set; }
}
