using Hortus.ApiServer.Access;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Services;

/// <summary>
/// Finds the addresses of Services from the server's own objects: this process is in no pod, so nothing turns cluster IPs and
/// cluster names into addresses for it.
/// </summary>
internal sealed class ServiceResolver(IObjectReader objects, ServiceRoute route)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    /// <summary>The addresses now; the name of an external service as it is.</summary>
    public async ValueTask<ServiceResolution> ResolveAsync(ServiceTarget target, CancellationToken cancellationToken)
    {
        var service = await objects.FindAsync<Service>(new ObjectKey(target.Namespace, target.Name), cancellationToken);
        if (service is null)
        {
            return Failed(ServiceFault.NoService, $"service/{target.Name} in \"{target.Namespace}\" is not present");
        }

        if (service.Spec?.Type == "ExternalName")
        {
            return Found(new ServiceAddress(service.Spec.ExternalName ?? "", target.Port));
        }

        if (service.Spec?.Ports?.FirstOrDefault(p => p.Port == target.Port) is not { } port)
        {
            return Failed(
                ServiceFault.NoPort, $"service/{target.Name} in \"{target.Namespace}\" is not listening on port {target.Port}");
        }

        var clusterIP = service.Spec.ClusterIP is { Length: > 0 } address and not "None" ? address : null;
        if (route == ServiceRoute.ClusterIP && clusterIP is not null)
        {
            return Found(new ServiceAddress(clusterIP, target.Port));
        }

        var resolved = await EndpointsAsync(target, port.Name ?? "", cancellationToken);
        return route == ServiceRoute.EndpointsOrClusterIP && clusterIP is not null && resolved.Fault?.Reason == ServiceFault.NoSlices
            ? Found(new ServiceAddress(clusterIP, target.Port))
            : resolved;
    }

    private async ValueTask<ServiceResolution> EndpointsAsync(
        ServiceTarget target, string portName, CancellationToken cancellationToken)
    {
        var slices = (await objects.ListAsync<EndpointSlice>(target.Namespace, cancellationToken))
            .Where(s => s.Metadata.Labels?.GetValueOrDefault(ServiceNameLabel) == target.Name).ToList();
        if (slices.Count == 0)
        {
            return Failed(
                ServiceFault.NoSlices, $"cannot find endpointslices for service/{target.Name} in \"{target.Namespace}\"");
        }

        List<ServiceAddress> addresses = [.. slices.SelectMany(s => AddressesOf(s, portName))];
        return addresses.Count > 0
            ? Found([.. addresses])
            : Failed(
                ServiceFault.NoAddresses,
                $"endpointslices for service/{target.Name} in \"{target.Namespace}\" have no addresses with port name \"{portName}\"");
    }

    private static IEnumerable<ServiceAddress> AddressesOf(EndpointSlice slice, string portName) =>
        from port in slice.Ports ?? []
        where (port.Name ?? "") == portName && port.Port is not null
        from endpoint in slice.Endpoints
        where endpoint.Conditions?.Ready != false
        from address in endpoint.Addresses
        select new ServiceAddress(address, port.Port!.Value);

    private static ServiceResolution Found(params IReadOnlyList<ServiceAddress> addresses) => new(addresses, null);

    private static ServiceResolution Failed(string reason, string message) => new([], new ServiceFault(reason, message));
}
