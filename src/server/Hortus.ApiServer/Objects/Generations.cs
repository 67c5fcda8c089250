using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Objects;

/// <summary>Which kinds that are no custom resources count changes of what they want in <c>metadata.generation</c>.</summary>
internal static class Generations
{
    private static readonly HashSet<string> WithoutAlthoughSpec =
    [
        "services", "namespaces", "nodes", "persistentvolumes", "persistentvolumeclaims", "limitranges", "resourcequotas",
        "leases.coordination.k8s.io", "horizontalpodautoscalers.autoscaling",
        "certificatesigningrequests.certificates.k8s.io", "volumeattachments.storage.k8s.io", "csinodes.storage.k8s.io",
        "csidrivers.storage.k8s.io", "apiservices.apiregistration.k8s.io",
    ];

    private static readonly HashSet<string> WithAlthoughNoSpec =
    [
        "priorityclasses.scheduling.k8s.io", "endpointslices.discovery.k8s.io",
        "validatingwebhookconfigurations.admissionregistration.k8s.io",
        "mutatingwebhookconfigurations.admissionregistration.k8s.io", "controllerdeployments.core.gardener.cloud",
    ];

    /// <summary>Whether a new object starts with generation 1.</summary>
    public static bool Counts(ResourceKind kind, JsonObject value) => value.ContainsKey("spec")
        ? !WithoutAlthoughSpec.Contains(kind.GroupResource)
        : WithAlthoughNoSpec.Contains(kind.GroupResource);
}
