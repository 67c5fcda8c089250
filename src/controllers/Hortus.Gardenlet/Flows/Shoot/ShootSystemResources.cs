using System.Text;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Objects that every shoot has inside: how machines join it, and what Gardener's users and controllers may do.</summary>
/// <param name="inputs">The shoot.</param>
/// <param name="token">The token with which machines join: keys <c>id</c> and <c>secret</c>.</param>
internal sealed class ShootSystemResources(ShootInputs inputs, ManagedSecret token) : IComponent
{
    private const string RbacGroup = "rbac.authorization.k8s.io";
    private const string Csr = "system:certificates.k8s.io:certificatesigningrequests:";
    private const string SystemNamespace = "kube-system";

    /// <summary>User name of the machine controller.</summary>
    public const string MachineControllerUser = "system:machine-controller-manager";

    public string Name => "shoot-system-resources";

    public string Namespace => SystemNamespace;

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        Info(),
        BootstrapToken(),
        Bind("system:node-bootstrapper", "system:node-bootstrapper", "system:bootstrappers"),
        Bind("gardener.cloud:system:node-client-csr-autoapprove", Csr + "nodeclient", "system:bootstrappers"),
        Bind("gardener.cloud:system:node-client-csr-renewal-autoapprove", Csr + "selfnodeclient", "system:nodes"),
        Bind("gardener.cloud:system:administrators", "cluster-admin", "gardener.cloud:system:admins", "gardener.cloud:project:admins"),
        Bind("gardener.cloud:system:viewers", "view", "gardener.cloud:system:viewers", "gardener.cloud:project:viewers"),
        new ClusterRole { Metadata = new ObjectMeta { Name = MachineControllerUser }, Rules = MachineControllerRules },
        new ClusterRoleBinding
        {
            Metadata = new ObjectMeta { Name = MachineControllerUser },
            RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = MachineControllerUser },
            Subjects = [new Subject { ApiGroup = RbacGroup, Kind = "User", Name = MachineControllerUser }],
        },
    ];

    private static IReadOnlyList<PolicyRule> MachineControllerRules =>
    [
        Rule("", ["nodes", "nodes/status"], "get", "list", "watch", "create", "update", "patch", "delete"),
        Rule("", ["pods", "persistentvolumes", "persistentvolumeclaims", "replicationcontrollers"], "get", "list", "watch", "delete"),
        Rule("", ["pods/eviction"], "create"),
        Rule("", ["events"], "create", "update", "patch"),
        Rule("apps", ["daemonsets", "replicasets", "statefulsets"], "get", "list", "watch"),
        Rule("policy", ["poddisruptionbudgets"], "get", "list", "watch"),
        Rule("storage.k8s.io", ["volumeattachments"], "get", "list", "watch", "delete"),
        Rule("coordination.k8s.io", ["leases"], "get", "list", "watch", "create", "update", "patch"),
    ];

    private ConfigMap Info()
    {
        var spec = inputs.Shoot.Spec;
        var data = new Dictionary<string, string?>
        {
            ["shootName"] = inputs.Shoot.Metadata.Name,
            ["projectName"] = inputs.ProjectName,
            ["provider"] = spec.Provider.Type,
            ["region"] = spec.Region,
            ["kubernetesVersion"] = inputs.KubernetesVersion,
            ["domain"] = inputs.External?.ApiServer["api.".Length..],
            ["nodeNetwork"] = spec.Networking?.Nodes,
            ["podNetwork"] = inputs.Pods,
            ["serviceNetwork"] = inputs.Services,
        };
        return new ConfigMap
        {
            Metadata = new ObjectMeta { Namespace = SystemNamespace, Name = "shoot-info" },
            Data = data.Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!),
        };
    }

    // It does not expire, because new machines get it whenever one is replaced; it can only ask for node certificates.
    private Secret BootstrapToken() => new()
    {
        Metadata = new ObjectMeta { Namespace = SystemNamespace, Name = "bootstrap-token-" + token.Text("id") },
        Type = "bootstrap.kubernetes.io/token",
        Data = new Dictionary<string, byte[]>
        {
            ["token-id"] = token.Data["id"],
            ["token-secret"] = token.Data["secret"],
            ["usage-bootstrap-authentication"] = Encoding.ASCII.GetBytes("true"),
            ["description"] = Encoding.ASCII.GetBytes("machines of this cluster join with it"),
        },
    };

    private static ClusterRoleBinding Bind(string name, string role, params IReadOnlyList<string> groups) => new()
    {
        Metadata = new ObjectMeta { Name = name },
        RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = role },
        Subjects = [.. groups.Select(group => new Subject { ApiGroup = RbacGroup, Kind = "Group", Name = group })],
    };

    private static PolicyRule Rule(string group, IReadOnlyList<string> resources, params IReadOnlyList<string> verbs) =>
        new() { ApiGroups = [group], Resources = resources, Verbs = verbs };
}
