using System.Text;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator;

/// <summary>
/// Makes the virtual garden's API server pass requests for Gardener's groups on, and lets their server ask what it has to know:
/// users, rights, namespaces, and what Shoots and bindings refer to.
/// </summary>
/// <param name="address">Address of the server's Service in the runtime cluster.</param>
/// <param name="authority">PEM of the authority of the server's certificate.</param>
public sealed class GardenerApiRegistration(string address, string authority) : IComponent
{
    /// <summary>User name of the server in the virtual garden.</summary>
    public const string User = "gardener.cloud:system:apiserver";

    /// <summary>Namespace of the Service in the virtual garden that stands for the one in the runtime cluster.</summary>
    public const string ServiceNamespace = "kube-system";

    /// <summary>Name of the ManagedResource.</summary>
    public const string ComponentName = "gardener-apiserver-registration";

    private const string RbacGroup = "rbac.authorization.k8s.io";
    private const string PortName = "https";
    private const int Port = 443;
    private const int GroupPriority = 10000;
    private const int VersionPriority = 20;

    private static readonly string[] Versions =
    [
        "core.gardener.cloud/v1", "core.gardener.cloud/v1beta1", "security.gardener.cloud/v1alpha1",
        "seedmanagement.gardener.cloud/v1alpha1", "operations.gardener.cloud/v1alpha1",
    ];

    public string Name => ComponentName;

    public string Namespace => ServiceNamespace;

    /// <summary>Name that the server's certificate has to have.</summary>
    public static string ServerHost => $"{GardenerApiServer.ServerName}.{ServiceNamespace}.svc";

    /// <summary>Keys of the APIServices.</summary>
    public static IReadOnlyList<ObjectKey> ApiServices { get; } =
        [.. Versions.Select(v => ObjectKey.Cluster(NameOf(GroupVersion.Parse(v))))];

    /// <summary>Whether the API server passes requests on; false when absent.</summary>
    public static bool IsAvailable(APIService? service) =>
        service?.Status.Conditions?.Any(c => c is { Type: "Available", Status: "True" }) == true;

    public IReadOnlyList<KubernetesObject> Render() => [.. Rights(), .. Target(), .. Versions.Select(ApiService)];

    private static string NameOf(GroupVersion version) => $"{version.Version}.{version.Group}";

    private static IEnumerable<KubernetesObject> Rights()
    {
        const string name = User;
        return
        [
            new ClusterRole
            {
                Metadata = new ObjectMeta { Name = name },
                Rules =
                [
                    Rule("", ["namespaces"], "get", "list", "watch"),
                    Rule("", ["secrets", "configmaps", "services"], "get"),
                    Rule("", ["resourcequotas"], "list"),
                    Rule("discovery.k8s.io", ["endpointslices"], "list"),
                    Rule(
                        "admissionregistration.k8s.io",
                        ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
                        "get", "list", "watch"),
                ],
            },
            ClusterBinding(name, name),
            ClusterBinding(name + ":auth-delegator", "system:auth-delegator"),
            new Role
            {
                Metadata = new ObjectMeta { Namespace = ServiceNamespace, Name = name },
                Rules = [Rule("", ["configmaps"], "create")],
            },
            Binding(name, name),
            Binding(name + ":auth-reader", "extension-apiserver-authentication-reader"),
        ];
    }

    private static PolicyRule Rule(string group, IReadOnlyList<string> resources, params IReadOnlyList<string> verbs) =>
        new() { ApiGroups = [group], Resources = resources, Verbs = verbs };

    private static ClusterRoleBinding ClusterBinding(string name, string role) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = role },
        Subjects = [new Subject { ApiGroup = RbacGroup, Kind = "User", Name = User }],
    };

    private static RoleBinding Binding(string name, string role) => new()
    {
        Metadata = new ObjectMeta { Namespace = ServiceNamespace, Name = name },
        RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "Role", Name = role },
        Subjects = [new Subject { ApiGroup = RbacGroup, Kind = "User", Name = User }],
    };

    // No selector: the endpoint is the Service of the runtime cluster, where the pods are.
    private IEnumerable<KubernetesObject> Target() =>
    [
        new Service
        {
            Metadata = new ObjectMeta { Namespace = ServiceNamespace, Name = GardenerApiServer.ServerName },
            Spec = new ServiceSpec
            {
                Type = "ClusterIP",
                Ports = [new ServicePort { Name = PortName, Port = Port, TargetPort = Port, Protocol = "TCP" }],
            },
        },
        new EndpointSlice
        {
            Metadata = new ObjectMeta
            {
                Namespace = ServiceNamespace,
                Name = GardenerApiServer.ServerName,
                Labels = new Dictionary<string, string> { ["kubernetes.io/service-name"] = GardenerApiServer.ServerName },
            },
            AddressType = address.Contains(':', StringComparison.Ordinal) ? "IPv6" : "IPv4",
            Endpoints = [new Endpoint { Addresses = [address], Conditions = new EndpointConditions { Ready = true } }],
            Ports = [new DiscoveryEndpointPort { Name = PortName, Port = Port, Protocol = "TCP" }],
        },
    ];

    private APIService ApiService(string version)
    {
        var parsed = GroupVersion.Parse(version);
        return new APIService
        {
            Metadata = new ObjectMeta { Name = NameOf(parsed) },
            Spec = new APIServiceSpec
            {
                Group = parsed.Group,
                Version = parsed.Version,
                GroupPriorityMinimum = GroupPriority,
                VersionPriority = VersionPriority,
                CaBundle = Encoding.UTF8.GetBytes(authority),
                Service = new APIServiceReference
                {
                    Namespace = ServiceNamespace,
                    Name = GardenerApiServer.ServerName,
                    Port = Port,
                },
            },
        };
    }
}
