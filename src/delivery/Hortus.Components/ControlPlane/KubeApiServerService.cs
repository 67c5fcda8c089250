using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>The Service of an API server: it comes first, because the serving certificate names its address.</summary>
/// <param name="Namespace">Namespace of the control plane.</param>
/// <param name="Name"><c>kube-apiserver</c> or <c>virtual-garden-kube-apiserver</c>.</param>
/// <param name="DnsNames">Names under which clients outside the namespace reach it.</param>
public sealed record KubeApiServerService(string Namespace, string Name, IReadOnlyList<string> DnsNames) : IComponent
{
    /// <summary>Annotation of external-dns-management: the names that resolve to this Service.</summary>
    public const string DnsNamesAnnotation = "dns.gardener.cloud/dnsnames";

    string IComponent.Name => Name + "-service";

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        new Service
        {
            Metadata = new ObjectMeta
            {
                Namespace = Namespace,
                Name = Name,
                Labels = KubeApiServer.LabelsOf(Name),
                Annotations = new Dictionary<string, string> { [DnsNamesAnnotation] = string.Join(',', DnsNames) },
            },
            Spec = new ServiceSpec
            {
                Type = "ClusterIP",
                Selector = KubeApiServer.LabelsOf(Name),
                Ports = [new ServicePort { Name = "kube-apiserver", Port = 443, TargetPort = KubeApiServer.Port, Protocol = "TCP" }],
            },
        },
    ];
}
