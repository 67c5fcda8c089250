using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>What a resource manager is made of.</summary>
public sealed record ResourceManagerValues
{
    /// <summary>Name of a resource manager for the cluster it runs in, and of one for a shoot.</summary>
    public const string NameDefault = "gardener-resource-manager";

    /// <summary>Namespace of the workload; with a target also that of the ManagedResources.</summary>
    public required string Namespace { get; init; }

    /// <summary>Name of the Deployment.</summary>
    public string Name { get; init; } = NameDefault;

    /// <summary>Image with tag.</summary>
    public required string Image { get; init; }

    /// <summary>Secret with the kubeconfig of the target cluster. Null: the cluster it runs in, with the ManagedResources of class
    /// <c>seed</c> of all namespaces.</summary>
    public string? TargetKubeconfigSecret { get; init; }

    /// <summary>Whether Machines of the namespace become nodes of the target, whose certificates and first pods it then looks
    /// after.</summary>
    public bool LooksAfterNodes { get; init; }

    /// <summary>Pods; of several, the one that holds a lease works and all serve webhooks.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>Webhooks that it serves; null for none. <see cref="ResourceManagerWebhooks"/> has API servers ask them.</summary>
    public ServedWebhooks? Webhooks { get; init; }

    /// <summary>Time between two collections of what nothing refers to.</summary>
    public string CollectionPeriod { get; init; } = "5m";
}

/// <summary>Webhooks of a resource manager.</summary>
/// <param name="Names">As in the flag <c>--webhooks</c>.</param>
/// <param name="CertificateSecret">Secret with <c>tls.crt</c> and <c>tls.key</c> for the name of the Service.</param>
/// <param name="Flags">Further flags that these webhooks need.</param>
public sealed record ServedWebhooks(IReadOnlyList<string> Names, string CertificateSecret, params IReadOnlyList<string> Flags)
{
    /// <summary>Port in the pod.</summary>
    public const int Port = 10250;

    /// <summary>Port of the Service.</summary>
    public const int ServicePort = 443;
}

/// <summary>A resource manager with its service account and rights.</summary>
public sealed class ResourceManagerWorkload(ResourceManagerValues values) : IComponent
{
    /// <summary>Namespaces of control planes and extensions, and the garden's own.</summary>
    private const string GardenerNamespaces =
        $"{GardenerLabels.Role} in (shoot,extension);kubernetes.io/metadata.name={GardenerNames.GardenNamespace}";

    private const string RbacGroup = "rbac.authorization.k8s.io";

    public string Name => values.Name;

    public string Namespace => values.Namespace;

    private bool IsForOwnCluster => values.TargetKubeconfigSecret is null;

    private string RoleName => IsForOwnCluster ? $"hortus:{values.Namespace}:{values.Name}" : values.Name;

    public IReadOnlyList<KubernetesObject> Render() =>
    [
        new ServiceAccount
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = Name },
            AutomountServiceAccountToken = false,
        },
        .. IsForOwnCluster ? ClusterRights() : SourceRights(),
        .. values.Webhooks is null ? Array.Empty<KubernetesObject>() : [WebhookService.Of(Namespace, Name)],
        .. new ControllerWorkload(new ControllerValues
        {
            Namespace = Namespace,
            Name = Name,
            Image = values.Image,
            Args = ["resource-manager", .. Arguments()],
            Labels = new Dictionary<string, string> { ["gardener.cloud/role"] = "controlplane" },
            Secrets = Secrets(),
            ServiceAccountName = Name,
            Replicas = values.Replicas,
            RunsAlone = !HasLease,
        }).Render(),
    ];

    private Dictionary<string, string> Secrets()
    {
        var secrets = new Dictionary<string, string>();
        if (values.TargetKubeconfigSecret is { } target)
        {
            secrets["target"] = target;
        }

        if (values.Webhooks is { } webhooks)
        {
            secrets["webhooks"] = webhooks.CertificateSecret;
        }

        return secrets;
    }

    // A single replica starts when the one before is gone: a lease would only make it wait.
    private bool HasLease => values.Replicas > 1;

    private IEnumerable<string> Arguments()
    {
        yield return HasLease ? $"--leader-election-name={Name}" : "--leader-elect=false";
        if (IsForOwnCluster)
        {
            yield return "--resource-class=seed";
            yield return "--network-policy-controller=true";
            yield return $"--network-policy-namespace-selector={GardenerNamespaces}";
        }
        else
        {
            yield return $"--namespace={Namespace}";
            yield return $"--target-kubeconfig={ControlPlanePod.SecretFolder}/target/kubeconfig";
            yield return "--token-requestor=true";
        }

        if (values.LooksAfterNodes)
        {
            yield return "--csr-approver=true";
            yield return "--node-critical-components=true";
            yield return "--node-agent-reconciliation-delay=true";
        }

        if (values.Webhooks is { } webhooks)
        {
            yield return $"--webhooks={string.Join(',', webhooks.Names)}";
            yield return $"--webhook-port={ServedWebhooks.Port}";
            yield return $"--webhook-cert-dir={ControlPlanePod.SecretFolder}/webhooks";
            foreach (var flag in webhooks.Flags)
            {
                yield return flag;
            }
        }

        yield return "--garbage-collector=true";
        yield return $"--garbage-collector-sync-period={values.CollectionPeriod}";
    }

    // It applies objects of any kind, roles among them, so it has to be able to give away rights that it does not have itself.
    private IEnumerable<KubernetesObject> ClusterRights() =>
    [
        new ClusterRole
        {
            Metadata = new ObjectMeta { Name = RoleName },
            Rules =
            [
                Rule("*", ["*"], "get", "list", "watch", "create", "update", "patch", "delete"),
                Rule(RbacGroup, ["roles", "clusterroles"], "bind", "escalate"),
            ],
        },
        new ClusterRoleBinding
        {
            Metadata = new ObjectMeta { Name = RoleName },
            RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "ClusterRole", Name = RoleName },
            Subjects = Subjects,
        },
    ];

    private IEnumerable<KubernetesObject> SourceRights() =>
    [
        new Role
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = RoleName },
            Rules =
            [
                Rule("resources.gardener.cloud", ["managedresources", "managedresources/status"],
                    "get", "list", "watch", "update", "patch"),
                Rule("", ["secrets"], "get", "list", "watch", "update", "patch"),
                Rule("", ["events"], "create", "patch"),
                .. HasLease
                    ? [Rule("coordination.k8s.io", ["leases"], "get", "create", "update")]
                    : Array.Empty<PolicyRule>(),
                .. values.LooksAfterNodes
                    ? [Rule("machine.sapcloud.io", ["machines"], "get", "list", "watch")]
                    : Array.Empty<PolicyRule>(),
            ],
        },
        new RoleBinding
        {
            Metadata = new ObjectMeta { Namespace = Namespace, Name = RoleName },
            RoleRef = new RoleRef { ApiGroup = RbacGroup, Kind = "Role", Name = RoleName },
            Subjects = Subjects,
        },
    ];

    private IReadOnlyList<Subject> Subjects => [new Subject { Kind = "ServiceAccount", Namespace = Namespace, Name = Name }];

    private static PolicyRule Rule(string group, IReadOnlyList<string> resources, params IReadOnlyList<string> verbs) =>
        new() { ApiGroups = [group], Resources = resources, Verbs = verbs };
}
