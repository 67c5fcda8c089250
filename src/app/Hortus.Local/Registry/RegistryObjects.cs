using System.Text;
using Hortus.Components;
using Hortus.Local.Bootstrap;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Registry;

/// <summary>What the runtime cluster needs to know of the registry: how to reach it, whom it trusts, and by which authority.</summary>
public sealed class RegistryObjects(StateDirectory state) : IComponent
{
    private const string PortName = "https";

    private readonly RegistryFiles files = new(state);

    public string Name => LocalRegistry.Name;

    public string Namespace => LocalRegistry.Namespace;

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        new Objects.Kubernetes.Namespace { Metadata = new ObjectMeta { Name = LocalRegistry.Namespace } },
        Service(),
        Endpoints(),
        Secret(
            LocalRegistry.PullSecret, GardenerRoles.HelmPullSecret, "kubernetes.io/dockerconfigjson",
            ".dockerconfigjson", files.DockerConfig(LocalRegistry.Host)),
        Secret(
            LocalRegistry.CaBundleSecret, GardenerRoles.OciCABundle, "Opaque",
            "bundle.crt", File.ReadAllText(Path.Combine(state.Pki, RuntimePki.CaCertificate))),
    ];

    // Without a selector: the address is known, so nobody has to wait until the pod shows in the API and is found by it.
    private static Service Service() => new()
    {
        Metadata = new ObjectMeta { Namespace = LocalRegistry.Namespace, Name = LocalRegistry.Name },
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
        Endpoints = [new Endpoint { Addresses = [LocalNetwork.NodeAddress], Conditions = new EndpointConditions { Ready = true } }],
    };

    private static Secret Secret(string name, string role, string type, string key, string content) => new()
    {
        Metadata = new ObjectMeta
        {
            Namespace = GardenWorkloads.Namespace,
            Name = name,
            Labels = new Dictionary<string, string> { [GardenerLabels.Role] = role },
        },
        Type = type,
        Data = new Dictionary<string, byte[]> { [key] = Encoding.UTF8.GetBytes(content) },
    };
}
