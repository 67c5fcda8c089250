using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Registry;

/// <summary>What lets the pods of a cluster reach the registry, which runs in the runtime cluster.</summary>
public sealed class RegistryObjects : IComponent
{
    private const string PortName = "https";

    public string Name => LocalRegistry.Name;

    public string Namespace => LocalRegistry.Namespace;

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        new Objects.Kubernetes.Namespace { Metadata = new ObjectMeta { Name = LocalRegistry.Namespace } },
        Service(),
        Endpoints(),
    ];

    // Without a selector: the address is known, so nobody has to wait until the pod shows in the API and is found by it.
    private static Service Service() => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = LocalRegistry.Namespace,
            Name = LocalRegistry.Name,

            // Nodes of shoots ask this cluster for names that are not of their own: as a whole name it is answered to them, too.
            Annotations = new Dictionary<string, string> { [KubeApiServerService.DnsNamesAnnotation] = LocalRegistry.Host },
        },
        Spec = new ServiceSpec
        {
            Type = "ClusterIP",
            Ports = [new ServicePort { Name = PortName, Port = 443, TargetPort = LocalRegistry.Port, Protocol = "TCP" }],
        },
    };

    private static EndpointSlice Endpoints() => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = LocalRegistry.Namespace,
            Name = LocalRegistry.Name,
            Labels = new Dictionary<string, string>
            {
                ["kubernetes.io/service-name"] = LocalRegistry.Name,
                ["endpointslice.kubernetes.io/managed-by"] = "hortus-up",
            },
        },
        AddressType = "IPv4",
        Ports = [new DiscoveryEndpointPort { Name = PortName, Port = LocalRegistry.Port, Protocol = "TCP" }],
        Endpoints =
        [
            new Endpoint
            {
                Addresses = [LocalRegistry.Endpoint.Address.ToString()],
                Conditions = new EndpointConditions { Ready = true },
            },
        ],
    };
}
