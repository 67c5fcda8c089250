using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ResourceManager.NetworkPolicies;

/// <summary>Reads from Ingresses which Services they expose.</summary>
internal static class IngressBackends
{
    /// <summary>The Services that an Ingress sends traffic to.</summary>
    public static IEnumerable<ObjectKey> ServicesOf(Ingress ingress) =>
        BackendsOf(ingress).Select(b => new ObjectKey(ingress.Metadata.Namespace, b.Name)).Distinct();

    /// <summary>The ports of the pods of a Service that Ingresses of its namespace send traffic to.</summary>
    public static IReadOnlyList<NetworkPolicyPort> PortsOf(Service service, IEnumerable<Ingress> ingresses) =>
    [
        .. ingresses.SelectMany(BackendsOf)
            .Where(b => b.Name == service.Metadata.Name)
            .Select(b => (service.Spec.Ports ?? []).FirstOrDefault(p => IsMeant(p, b.Port)))
            .OfType<ServicePort>()
            .Distinct()
            .Select(ServiceTraffic.PortOf),
    ];

    private static bool IsMeant(ServicePort port, ServiceBackendPort? wanted) =>
        wanted?.Name is { Length: > 0 } name ? name == port.Name : wanted?.Number == port.Port;

    private static IEnumerable<IngressServiceBackend> BackendsOf(Ingress ingress) =>
        (ingress.Spec.Rules ?? [])
            .SelectMany(r => r.Http?.Paths ?? [])
            .Select(p => p.Backend.Service)
            .Append(ingress.Spec.DefaultBackend?.Service)
            .OfType<IngressServiceBackend>();
}
