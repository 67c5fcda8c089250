using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Aggregation;

/// <summary>An address that answers for a Service.</summary>
internal readonly record struct BackendAddress(string Host, int Port);

/// <summary>Where a Service is reached, or why it is not.</summary>
/// <param name="Addresses">Empty when it is not reached.</param>
/// <param name="Fault">Reason and message; null when there are addresses.</param>
internal sealed record ServiceResolution(IReadOnlyList<BackendAddress> Addresses, ApiAvailability? Fault);

/// <summary>
/// Finds the addresses of Services from the server's own objects: this process is in no pod, so nothing turns cluster IPs and
/// cluster names into addresses for it.
/// </summary>
/// <param name="objects">The server's objects.</param>
/// <param name="toEndpoints">Connects to endpoints; otherwise to the cluster IP, which something has to route.</param>
internal sealed class ServiceResolver(IObjectReader objects, bool toEndpoints)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>The addresses now.</summary>
    public async ValueTask<ServiceResolution> ResolveAsync(ServiceTarget target, CancellationToken cancellationToken)
    {
        var service = await objects.FindAsync(Kinds.Service, new ObjectKey(target.Namespace, target.Name), cancellationToken);
        if (service is null)
        {
            return Failed("ServiceNotFound", $"service/{target.Name} in \"{target.Namespace}\" is not present");
        }

        if (service.Text("spec", "type") == "ExternalName")
        {
            return Found(new BackendAddress(service.Text("spec", "externalName") ?? "", target.Port));
        }

        var port = service.Items("spec", "ports").FirstOrDefault(p => p.Number("port") == target.Port);
        if (port is null)
        {
            return Failed(
                "ServicePortError", $"service/{target.Name} in \"{target.Namespace}\" is not listening on port {target.Port}");
        }

        var clusterIP = service.Text("spec", "clusterIP");
        if (!toEndpoints && clusterIP is { Length: > 0 } and not "None")
        {
            return Found(new BackendAddress(clusterIP, target.Port));
        }

        return await EndpointsAsync(target, port.Text("name") ?? "", cancellationToken);
    }

    private async ValueTask<ServiceResolution> EndpointsAsync(
        ServiceTarget target, string portName, CancellationToken cancellationToken)
    {
        var slices = (await objects.ListAsync(Kinds.EndpointSlice, target.Namespace, cancellationToken))
            .Where(s => s.Text("metadata", "labels", ServiceNameLabel) == target.Name).ToList();
        if (slices.Count == 0)
        {
            return Failed(
                "EndpointsNotFound", $"cannot find endpointslices for service/{target.Name} in \"{target.Namespace}\"");
        }

        List<BackendAddress> addresses = [.. slices.SelectMany(s => AddressesOf(s, portName))];
        return addresses.Count > 0
            ? Found([.. addresses])
            : Failed(
                "MissingEndpoints",
                $"endpointslices for service/{target.Name} in \"{target.Namespace}\" have no addresses with port name \"{portName}\"");
    }

    private static IEnumerable<BackendAddress> AddressesOf(JsonObject slice, string portName) =>
        from port in slice.Items("ports")
        where (port.Text("name") ?? "") == portName && port.Number("port") is not null
        from endpoint in slice.Items("endpoints")
        where endpoint.Flag("conditions", "ready") != false
        from address in endpoint.Texts("addresses")
        select new BackendAddress(address, (int)port.Number("port")!);

    private static ServiceResolution Found(params IReadOnlyList<BackendAddress> addresses) => new(addresses, null);

    private static ServiceResolution Failed(string reason, string message) =>
        new([], new ApiAvailability(false, reason, message));
}
