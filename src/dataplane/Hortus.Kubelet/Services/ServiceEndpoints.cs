using Hortus.Objects.Kubernetes;

namespace Hortus.Kubelet.Services;

/// <summary>Which endpoint slices belong to a service.</summary>
internal static class ServiceEndpoints
{
    public const string ServiceNameLabel = "kubernetes.io/service-name";

    public static IEnumerable<EndpointSlice> Of(Service service, IEnumerable<EndpointSlice> slices) => slices.Where(s =>
        s.Metadata.Namespace == service.Metadata.Namespace &&
        s.Metadata.Labels?.GetValueOrDefault(ServiceNameLabel) == service.Metadata.Name);
}
