using System.Net;
using Hortus.Components;
using Hortus.Local.Registry;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Local.FrontDoor;

/// <summary>Who answers to which TLS server name: the runtime cluster's API server and the registry by their fixed names, all others
/// by the names that their Services are annotated with.</summary>
public sealed class ServiceRoutes(IObjectCache<Service> services)
{
    // They are reached before the runtime cluster knows any Service.
    private static readonly Dictionary<string, IPEndPoint> Fixed = new(StringComparer.OrdinalIgnoreCase)
    {
        [LocalNetwork.RuntimeServerName] = IPEndPoint.Parse($"{LocalNetwork.NodeAddress}:{LocalNetwork.RuntimeApiServerPort}"),
        [LocalRegistry.UserServerName] = LocalRegistry.Endpoint,
        [LocalRegistry.Host] = LocalRegistry.Endpoint,
    };

    /// <summary>The address for a server name; null when no Service has it.</summary>
    public IPEndPoint? Find(string serverName)
    {
        ArgumentNullException.ThrowIfNull(serverName);
        if (Fixed.GetValueOrDefault(serverName) is { } known)
        {
            return known;
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
