using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Webhooks;

/// <summary>Finds an address behind a service, so that nothing has to make cluster IPs reachable from here.</summary>
internal sealed class ServiceEndpoints(IObjectReader objects)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    private int next = -1;

    /// <summary>A ready endpoint of a port, in turn; the cluster IP when the service has no endpoint slices; the
    /// external name when it has one.</summary>
    /// <exception cref="IOException">There is no such service or port, or nothing is ready behind it.</exception>
    public async ValueTask<(string Host, int Port)> ResolveAsync(
        string inNamespace, string name, int port, CancellationToken cancellationToken)
    {
        var service = await objects.FindAsync<Service>(new ObjectKey(inNamespace, name), cancellationToken)
            ?? throw new IOException($"service \"{name}\" not found");
        if (service.Spec?.Type == "ExternalName" && !string.IsNullOrEmpty(service.Spec.ExternalName))
        {
            return (service.Spec.ExternalName, port);
        }

        var wanted = service.Spec?.Ports?.FirstOrDefault(p => p.Port == port)
            ?? throw new IOException($"no service port {port} found for service \"{name}\"");
        var slices = (await objects.ListAsync<EndpointSlice>(inNamespace, cancellationToken))
            .Where(s => s.Metadata.Labels?.GetValueOrDefault(ServiceNameLabel) == name)
            .ToList();
        var ready = slices.SelectMany(slice => Ready(slice, wanted.Name ?? "")).ToList();
        if (ready.Count > 0)
        {
            return ready[(int)((uint)Interlocked.Increment(ref next) % (uint)ready.Count)];
        }

        return slices.Count == 0 && service.Spec?.ClusterIP is { Length: > 0 } address and not "None"
            ? (address, port)
            : throw new IOException($"no endpoints available for service \"{name}\"");
    }

    private static IEnumerable<(string Host, int Port)> Ready(EndpointSlice slice, string portName)
    {
        foreach (var port in slice.Ports ?? [])
        {
            if (port.Port is not { } number || (port.Name ?? "") != portName)
            {
                continue;
            }

            foreach (var endpoint in slice.Endpoints.Where(e => e.Conditions?.Ready != false))
            {
                foreach (var address in endpoint.Addresses.Take(1))
                {
                    yield return (address, number);
                }
            }
        }
    }
}
