using System.Net;
using Hortus.Components;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Local.FrontDoor;

/// <summary>Which API server answers to which TLS server name: the runtime cluster's by its fixed name, all others by the
/// names that their Services are annotated with.</summary>
public sealed class ServiceRoutes(IObjectCache<Service> services)
{
    private static readonly IPEndPoint RuntimeApiServer = IPEndPoint.Parse(
        $"{LocalNetwork.NodeAddress}:{LocalNetwork.RuntimeApiServerPort}");

    /// <summary>The address for a server name; null when no Service has it.</summary>
    public IPEndPoint? Find(string serverName)
    {
        if (serverName == LocalNetwork.RuntimeServerName)
        {
            return RuntimeApiServer;
        }

        foreach (var service in services.List())
        {
            if (service.Metadata.Annotations?.GetValueOrDefault(KubeApiServerService.DnsNamesAnnotation) is { } names
                && names.Split(',', StringSplitOptions.TrimEntries).Contains(serverName, StringComparer.OrdinalIgnoreCase)
                && service.Spec is { Ports: [{ } port, ..] } spec
                && IPAddress.TryParse(spec.ClusterIP, out var address))
            {
                return new IPEndPoint(address, port.Port);
            }
        }

        return null;
    }
}
