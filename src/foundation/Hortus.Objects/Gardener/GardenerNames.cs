namespace Hortus.Objects.Gardener;

/// <summary>Fixed names of namespaces, users, groups and conditions.</summary>
public static class GardenerNames
{
    /// <summary>Namespace of the operator, of gardenlets and of what belongs to the garden as a whole.</summary>
    public const string GardenNamespace = "garden";

    /// <summary>Namespace in which gardenlets renew their leases.</summary>
    public const string SeedLeaseNamespace = "gardener-system-seed-lease";

    /// <summary>Namespace that every user may read.</summary>
    public const string PublicNamespace = "gardener-system-public";

    /// <summary>ConfigMap of <see cref="PublicNamespace"/> that says which version the garden has.</summary>
    public const string InfoConfigMap = "gardener-info";

    /// <summary>Group of those who come with a bootstrap token.</summary>
    public const string BootstrappersGroup = "system:bootstrappers";

    /// <summary>Prefix of the user name of such a token; its id follows.</summary>
    public const string BootstrapUserPrefix = "system:bootstrap:";

    /// <summary>Prefix of the Secret in kube-system that holds such a token; its id follows.</summary>
    public const string BootstrapTokenPrefix = "bootstrap-token-";

    /// <summary>ClusterRole of those who may become a gardenlet.</summary>
    public const string SeedBootstrapperRole = "gardener.cloud:system:seed-bootstrapper";

    /// <summary>Prefix of the service account, in <see cref="GardenNamespace"/>, by whose token the gardenlet of a managed seed asks for
    /// its first certificate; the name of the ManagedSeed follows.</summary>
    public const string BootstrapAccountPrefix = "gardenlet-bootstrap-";

    /// <summary>Prefix of the user name of such an account.</summary>
    public const string BootstrapAccountUserPrefix = $"system:serviceaccount:{GardenNamespace}:{BootstrapAccountPrefix}";

    /// <summary>Group of all gardenlets.</summary>
    public const string SeedsGroup = "gardener.cloud:system:seeds";

    /// <summary>Path at which the server of Gardener's groups is asked what gardenlets may do with other kinds.</summary>
    public const string SeedReviewPath = "/webhooks/auth/seed";

    /// <summary>Prefix of a gardenlet's user name; the seed's name follows.</summary>
    public const string SeedUserPrefix = "gardener.cloud:system:seed:";

    /// <summary>Prefix of the namespace that holds a seed's objects in the garden.</summary>
    public const string SeedNamespacePrefix = "seed-";

    /// <summary>Taint of seeds that only host shoots of the garden namespace.</summary>
    public const string SeedTaintProtected = "seed.gardener.cloud/protected";

    /// <summary>Taint of nodes whose critical components do not all run yet.</summary>
    public const string NodeTaintCriticalComponentsNotReady = "node.gardener.cloud/critical-components-not-ready";

    /// <summary>Prefix of the user name of a node's agent; the name of the machine follows.</summary>
    public const string NodeAgentUserPrefix = "gardener.cloud:node-agent:machine:";

    /// <summary>Group of all agents of nodes.</summary>
    public const string NodeAgentsGroup = "gardener.cloud:node-agents";

    /// <summary>User of the agents of nodes that have no certificate yet.</summary>
    public const string NodeAgentAccount = "system:serviceaccount:kube-system:gardener-node-agent";

    /// <summary>ConfigMap in kube-system that names a cluster, and the key in it.</summary>
    public const string ClusterIdentity = "cluster-identity";

    /// <summary>Scheduler that handles shoots when no other is named.</summary>
    public const string DefaultScheduler = "default-scheduler";

    /// <summary>Prefix of the namespaces of shoots in their seeds.</summary>
    public const string TechnicalIDPrefix = "shoot--";

    /// <summary>Name of a shoot's namespace in its seed.</summary>
    public static string TechnicalID(string project, string shoot) => $"{TechnicalIDPrefix}{project}--{shoot}";

    /// <summary>Prefix of the namespace of an extension in a seed, and of its service account in the garden; the name of its
    /// ControllerInstallation follows.</summary>
    public const string ExtensionPrefix = "extension-";

    /// <summary>Namespace of a seed in the garden.</summary>
    public static string SeedNamespace(string seed) => SeedNamespacePrefix + seed;
}

/// <summary>Types of <see cref="Core.GardenerCondition"/> that several parts read.</summary>
public static class GardenerConditions
{
    public const string GardenletReady = "GardenletReady";
    public const string SeedRegistered = "SeedRegistered";
    public const string ShootReconciled = "ShootReconciled";
    public const string GardenletReconciled = "GardenletReconciled";
    public const string GardenletRolledOut = "GardenletRolledOut";
    public const string SeedSystemComponentsHealthy = "SeedSystemComponentsHealthy";
    public const string ExtensionsReady = "ExtensionsReady";
    public const string BackupBucketsReady = "BackupBucketsReady";
    public const string EmergencyStopShootReconciliations = "EmergencyStopShootReconciliations";
    public const string APIServerAvailable = "APIServerAvailable";
    public const string ControlPlaneHealthy = "ControlPlaneHealthy";
    public const string ObservabilityComponentsHealthy = "ObservabilityComponentsHealthy";
    public const string EveryNodeReady = "EveryNodeReady";
    public const string SystemComponentsHealthy = "SystemComponentsHealthy";
    public const string HibernationPossible = "HibernationPossible";
    public const string VirtualGardenAPIServerAvailable = "VirtualGardenAPIServerAvailable";
    public const string RuntimeComponentsHealthy = "RuntimeComponentsHealthy";
    public const string VirtualComponentsHealthy = "VirtualComponentsHealthy";
    public const string ResourcesApplied = "ResourcesApplied";
    public const string ResourcesHealthy = "ResourcesHealthy";
    public const string ResourcesProgressing = "ResourcesProgressing";
    public const string ControllerInstallationValid = "Valid";
    public const string ControllerInstallationInstalled = "Installed";
    public const string ControllerInstallationHealthy = "Healthy";
    public const string ControllerInstallationProgressing = "Progressing";
    public const string ControllerInstallationRequired = "Required";
}
