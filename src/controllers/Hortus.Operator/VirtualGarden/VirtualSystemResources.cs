using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator;

/// <summary>Namespaces and rights that every virtual garden has: for its controllers, for those who become gardenlets, and for
/// users. What a gardenlet and the extensions of its seed may do depends on the seed, and is no role: the server of Gardener's groups
/// knows it.</summary>
/// <param name="version">Version of the garden's servers, told to all who may come in.</param>
public sealed class VirtualSystemResources(string version) : IComponent
{
    /// <summary>User names of the garden's controllers.</summary>
    public const string ControllerManagerUser = "gardener.cloud:system:controller-manager";
    public const string SchedulerUser = "gardener.cloud:system:scheduler";

    /// <summary>Name of the ManagedResource.</summary>
    public const string ComponentName = "virtual-system-resources";

    private const string RbacGroup = "rbac.authorization.k8s.io";

    private static readonly string[] GardenerGroups =
        ["core.gardener.cloud", "seedmanagement.gardener.cloud", "security.gardener.cloud", "operations.gardener.cloud"];

    public string Name => ComponentName;

    public string Namespace => VirtualGardenNames.Namespace;

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        NamespaceOf(GardenerNames.GardenNamespace, GardenerRoles.Garden),
        NamespaceOf(GardenerNames.SeedLeaseNamespace, null),
        NamespaceOf(GardenerNames.PublicNamespace, null),
        .. PublicInfo.Render(version),
        .. Grant(ControllerManagerUser, "User", ControllerManagerUser, ControllerManagerRules),
        .. Grant(SchedulerUser, "User", SchedulerUser, SchedulerRules),
        .. Grant(GardenerNames.SeedBootstrapperRole, "Group", GardenerNames.BootstrappersGroup, BootstrapperRules),
        .. Grant("gardener.cloud:admin", "Group", "gardener.cloud:system:admins", AdministratorRules),
        .. Grant("gardener.cloud:system:read-global-resources", "Group", "system:authenticated", GlobalReadRules),
    ];

    private static IReadOnlyList<PolicyRule> ControllerManagerRules =>
    [
        Rule(GardenerGroups, ["*"], "*"),
        Rule([""], ["namespaces", "secrets", "configmaps", "events", "serviceaccounts", "resourcequotas"], "*"),
        Rule([RbacGroup], ["roles", "rolebindings", "clusterroles", "clusterrolebindings"], "*", "bind", "escalate"),
        Rule(["coordination.k8s.io"], ["leases"], "*"),
        Rule(["certificates.k8s.io"], ["certificatesigningrequests", "certificatesigningrequests/approval"], "*"),
        Rule(["certificates.k8s.io"], ["signers"], "approve"),
        Rule(["authorization.k8s.io"], ["subjectaccessreviews"], "create"),
    ];

    private static IReadOnlyList<PolicyRule> SchedulerRules =>
    [
        Rule(["core.gardener.cloud"], ["*"], "get", "list", "watch"),
        Rule(["core.gardener.cloud"], ["shoots/status", "shoots/binding"], "create", "update", "patch"),
        Rule([""], ["configmaps"], "get", "list", "watch"),
        Rule([""], ["events"], "create", "patch", "update"),
        Rule(["coordination.k8s.io"], ["leases"], "*"),
    ];

    // A token is good for one thing: to ask to become a gardenlet. What it asks for is judged by the garden's controllers.
    private static IReadOnlyList<PolicyRule> BootstrapperRules =>
    [
        Rule(["certificates.k8s.io"], ["certificatesigningrequests"], "create", "get"),
        Rule(["certificates.k8s.io"], ["certificatesigningrequests/seedclient"], "create"),
    ];

    private static IReadOnlyList<PolicyRule> AdministratorRules =>
    [
        Rule(GardenerGroups, ["*"], "*"),
        Rule([""], ["namespaces", "secrets", "configmaps", "events", "serviceaccounts", "resourcequotas"], "*"),
        Rule([RbacGroup], ["roles", "rolebindings", "clusterroles", "clusterrolebindings"], "*"),
    ];

    private static IReadOnlyList<PolicyRule> GlobalReadRules =>
    [
        Rule(["core.gardener.cloud"], ["cloudprofiles", "exposureclasses", "seeds"], "get", "list", "watch"),
    ];

    private static PolicyRule Rule(IReadOnlyList<string> groups, IReadOnlyList<string> resources, params IReadOnlyList<string> verbs) =>
        new() { ApiGroups = groups, Resources = resources, Verbs = verbs };

    // Namespaces stay until the whole garden goes: what is in them cannot be deleted once its servers are gone.
    private static Namespace NamespaceOf(string name, string? role) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = name,
            Annotations = new Dictionary<string, string> { [ResourceNames.KeepObject] = "true" },
            Labels = role is null ? null : new Dictionary<string, string> { [GardenerLabels.Role] = role },
        },
    };

    private static IEnumerable<KubernetesObject> Grant(string name, string kind, string subject, IReadOnlyList<PolicyRule> rules) =>
    [
        new ClusterRole { Metadata = new ObjectMeta { Name = name }, Rules = rules },
        new ClusterRoleBinding
        {
            Metadata = new ObjectMeta { Name = name },
            RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = name },
            Subjects = [new Subject { ApiGroup = RbacGroup, Kind = kind, Name = subject }],
        },
    ];
}
