using System.Net;
using Hortus.Components;
using Hortus.Local.Registry;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Local.FrontDoor;

/// <summary>Who answers to which TLS server name: the API servers of the garden's clusters and the registry by their fixed names, all
/// others by the names that their Services are annotated with.</summary>
public sealed class ServiceRoutes
{
    private readonly IReadOnlyList<IObjectCache<Service>> services;

    // They are reached before a cluster knows any Service.
    private readonly Dictionary<string, IPEndPoint> known = new(StringComparer.OrdinalIgnoreCase)
    {
        [LocalRegistry.UserServerName] = LocalRegistry.Endpoint,
        [LocalRegistry.Host] = LocalRegistry.Endpoint,
    };

    /// <summary>Routes to the clusters of one garden.</summary>
    /// <param name="clusters">Each with its Services.</param>
    public ServiceRoutes(IReadOnlyList<(LocalCluster Cluster, IObjectCache<Service> Services)> clusters)
    {
        ArgumentNullException.ThrowIfNull(clusters);
        services = [.. clusters.Select(pair => pair.Services)];
        foreach (var (cluster, _) in clusters)
        {
            known[cluster.ServerName] = IPEndPoint.Parse($"{cluster.NodeAddress}:{LocalCluster.ApiServerPort}");
        }
    }

    /// <summary>The address for a server name; null when no Service has it.</summary>
    public IPEndPoint? Find(string serverName)
    {
        ArgumentNullException.ThrowIfNull(serverName);
        if (known.GetValueOrDefault(serverName) is { } endpoint)
        {
            return endpoint;
        }

        foreach (var service in services.SelectMany(cache => cache.List()))
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
