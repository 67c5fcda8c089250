using Hortus.Objects.Gardener.Resources;

namespace Hortus.ResourceManager;

/// <summary>Settings of <c>hortus resource-manager</c>.</summary>
public sealed record ResourceManagerOptions
{
    /// <summary>Kubeconfig of the cluster with the ManagedResources; absent means the pod's service account.</summary>
    public string? SourceKubeconfig { get; init; }

    /// <summary>Kubeconfig of the cluster that objects are applied to; absent means the source cluster.</summary>
    public string? TargetKubeconfig { get; init; }

    /// <summary>Namespace of the ManagedResources; absent means all namespaces.</summary>
    public string? Namespace { get; init; }

    /// <summary>Class of ManagedResources that are handled; <c>*</c> for all. Default <c>resources</c>, which is also that of
    /// ManagedResources without a class.</summary>
    public string ResourceClass { get; init; } = ResourceNames.DefaultClass;

    /// <summary>Name of the source cluster that is written into objects, so that two source clusters with one target tell theirs
    /// apart; <c>&lt;cluster&gt;</c> takes it from the ConfigMap kube-system/cluster-identity of the source, <c>&lt;default&gt;</c> does
    /// if there is one. Default none.</summary>
    public string? ClusterId { get; init; }

    /// <summary>Value of the label resources.gardener.cloud/managed-by on every object. Default <c>gardener</c>.</summary>
    public string ManagedByLabelValue { get; init; } = "gardener";

    /// <summary>After this time every ManagedResource is looked at again even if nothing changed. Default 1 h.</summary>
    public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Sends every object again whenever its ManagedResource is looked at, instead of only what differs.</summary>
    public bool AlwaysUpdate { get; init; }

    /// <summary>ManagedResources handled side by side. Default 5.</summary>
    public int ConcurrentSyncs { get; init; } = 5;

    /// <summary>Deletes Secrets and ConfigMaps of the target that are labelled as garbage when nothing refers to them.</summary>
    public bool GarbageCollector { get; init; }

    /// <summary>Time between two collections. Default 1 h.</summary>
    public TimeSpan GarbageCollectorSyncPeriod { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Keeps tokens of service accounts of the target in Secrets of the source that ask for them.</summary>
    public bool TokenRequestor { get; init; }

    /// <summary>Class of the Secrets that the token requestor fills; <c>*</c> for all. Default <c>shoot</c>.</summary>
    public string TokenRequestorClass { get; init; } = TokenRequestorNames.ClassShoot;

    /// <summary>Approves or denies certificate requests of the target's kubelets (for serving) and node agents.</summary>
    public bool CsrApprover { get; init; }

    /// <summary>Namespace of the Machines in the source cluster by which certificate requests are judged. Default that of the
    /// ManagedResources.</summary>
    public string? MachineNamespace { get; init; }

    /// <summary>Takes the taint critical-components-not-ready off nodes of the target when their critical components are ready.</summary>
    public bool NodeCriticalComponents { get; init; }

    /// <summary>Time after which a node that is not ready is looked at again. Default 10 s.</summary>
    public TimeSpan NodeCriticalComponentsBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Spreads the time at which node agents of the target apply a new configuration.</summary>
    public bool NodeAgentReconciliationDelay { get; init; }

    /// <summary>Delay of the first node. Default 0.</summary>
    public TimeSpan NodeAgentReconciliationDelayMin { get; init; }

    /// <summary>Delay that the last node stays below. Default 5 min.</summary>
    public TimeSpan NodeAgentReconciliationDelayMax { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Keeps network policies for the Services of the target.</summary>
    public bool NetworkPolicyController { get; init; }

    /// <summary>Label selectors, joined with <c>;</c>, of the namespaces whose Services get network policies; absent means
    /// all.</summary>
    public string? NetworkPolicyNamespaceSelector { get; init; }

    /// <summary>Namespace of the ingress controller that gets access to Services behind Ingresses; absent means that Ingresses do not
    /// matter.</summary>
    public string? IngressControllerNamespace { get; init; }

    /// <summary>Labels of the pods of that ingress controller.</summary>
    public IReadOnlyDictionary<string, string> IngressControllerPodLabels { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Webhooks to serve, by name; the documentation lists them. Default none.</summary>
    public IReadOnlyList<string> Webhooks { get => field ?? []; init; }

    /// <summary>Address that webhooks are served on. Default all.</summary>
    public string WebhookBindAddress { get; init; } = "0.0.0.0";

    /// <summary>Port that webhooks are served on. Default 9449.</summary>
    public int WebhookPort { get; init; } = 9449;

    /// <summary>Folder with <c>tls.crt</c> and <c>tls.key</c> for the webhooks, read again when they change.</summary>
    public string? WebhookCertDir { get; init; }

    /// <summary>Life of the tokens that are mounted into pods. Default 12 h.</summary>
    public TimeSpan ProjectedTokenExpiration { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long pods that are made highly available stay on a node that is not ready; absent leaves it to the
    /// cluster.</summary>
    public TimeSpan? DefaultNotReadyToleration { get; init; }

    /// <summary>How long pods that are made highly available stay on a node that cannot be reached; absent leaves it to the
    /// cluster.</summary>
    public TimeSpan? DefaultUnreachableToleration { get; init; }

    /// <summary>Labels of the nodes for system components; none means all nodes.</summary>
    public IReadOnlyDictionary<string, string> SystemComponentsNodeSelector { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Node selector that pods of system components get.</summary>
    public IReadOnlyDictionary<string, string> SystemComponentsPodNodeSelector { get => field ??= new Dictionary<string, string>(); init; }

    /// <summary>Taints that pods of system components tolerate, as <c>key[=value][:effect]</c>.</summary>
    public IReadOnlyList<string> SystemComponentsPodTolerations { get => field ?? []; init; }

    /// <summary>Name under which pods reach the API server, for the webhook kubernetes-service-host.</summary>
    public string? KubernetesServiceHost { get; init; }

    /// <summary>Scheduler of pods that name none, for the webhook default-pod-scheduler-name.</summary>
    public string? DefaultPodScheduler { get; init; }

    /// <summary>Lets agents of nodes list pods only with a selector of their node. Default true; API servers before 1.32 want
    /// false.</summary>
    public bool AuthorizeWithSelectors { get; init; } = true;

    /// <summary>Works only while holding a lease in the source cluster. Default true.</summary>
    public bool LeaderElect { get; init; } = true;

    /// <summary>Namespace of the lease; absent means that of the ManagedResources, or <c>garden</c>.</summary>
    public string? LeaderElectionNamespace { get; init; }

    /// <summary>Name of the lease. Default <c>gardener-resource-manager</c>.</summary>
    public string LeaderElectionName { get; init; } = "gardener-resource-manager";

    /// <summary>Port of health checks and metrics over plain HTTP; 0 means none.</summary>
    public int HealthPort { get; init; }
}
