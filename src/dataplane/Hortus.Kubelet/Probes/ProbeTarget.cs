using System.Net;
using Hortus.Kubelet.Containers;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Probes;

/// <summary>What a probe looks at.</summary>
internal sealed record ProbeTarget(Container Container, ContainerRecord Record, IPAddress Address)
{
    /// <summary>A port by number, or by the name of a container port.</summary>
    /// <exception cref="KubeletException">No container port has the name.</exception>
    public int Resolve(IntOrString port) => port.Number
        ?? Container.Ports?.FirstOrDefault(p => p.Name == port.Text)?.Port
        ?? throw new KubeletException($"container {Container.Name} has no port named \"{port}\"");
}

/// <summary>What a probe saw.</summary>
internal readonly record struct ProbeOutcome(bool Success, string Message);
