namespace Hortus.Objects.Gardener;

/// <summary>Labels by which Gardener's parts find objects.</summary>
public static class GardenerLabels
{
    /// <summary>What an object is for; see <see cref="GardenerRoles"/>.</summary>
    public const string Role = "gardener.cloud/role";

    /// <summary>Name of the project on its namespace.</summary>
    public const string ProjectName = "project.gardener.cloud/name";

    /// <summary>Name of a seed, with the prefix <c>name.seed.gardener.cloud/</c> on objects that the seed
    /// uses.</summary>
    public const string SeedNamePrefix = "name.seed.gardener.cloud/";

    /// <summary>Name of the shoot on what belongs to it.</summary>
    public const string ShootName = "shoot.gardener.cloud/name";

    /// <summary>Namespace of the shoot on what belongs to it.</summary>
    public const string ShootNamespace = "shoot.gardener.cloud/namespace";

    /// <summary><c>healthy</c>, <c>progressing</c>, <c>unhealthy</c> or <c>unknown</c>.</summary>
    public const string ShootStatus = "shoot.gardener.cloud/status";

    /// <summary>Identity of the shoot on its control plane's namespace.</summary>
    public const string ShootUid = "shoot.gardener.cloud/uid";

    /// <summary>Provider type of the shoot on its control plane's namespace.</summary>
    public const string ShootProvider = "shoot.gardener.cloud/provider";

    /// <summary>Provider type of the seed on namespaces of control planes.</summary>
    public const string SeedProvider = "seed.gardener.cloud/provider";

    /// <summary>Prefix of labels such as <c>provider.shoot.gardener.cloud/local: "true"</c> on credentials.</summary>
    public const string ProviderShootPrefix = "provider.shoot.gardener.cloud/";

    /// <summary>Marks credentials that a CredentialsBinding uses.</summary>
    public const string ReferencedByCredentialsBinding = "reference.gardener.cloud/credentialsbinding";

    /// <summary>Marks credentials that a SecretBinding uses.</summary>
    public const string ReferencedBySecretBinding = "reference.gardener.cloud/secretbinding";

    /// <summary>Name of the worker pool on its nodes.</summary>
    public const string WorkerPool = "worker.gardener.cloud/pool";

    /// <summary>Whether system parts may run on the node.</summary>
    public const string WorkerPoolSystemComponents = "worker.gardener.cloud/system-components";

    /// <summary>Name of the Secret with the operating system configuration of a worker pool, on its nodes.</summary>
    public const string NodeAgentSecretName = "worker.gardener.cloud/gardener-node-agent-secret-name";

    /// <summary>Name of the machine on its node.</summary>
    public const string NodeMachineName = "node.gardener.cloud/machine-name";

    /// <summary>Name of the node on its machine.</summary>
    public const string MachineNode = "node";

    /// <summary><c>true</c> on DaemonSets and pods that a node needs before it takes others.</summary>
    public const string NodeCriticalComponent = "node.gardener.cloud/critical-component";

    /// <summary>Condition to which a managed resource's health counts.</summary>
    public const string CareConditionType = "care.gardener.cloud/condition-type";

    /// <summary>Name of the ControllerRegistration on what belongs to its installation.</summary>
    public const string ControllerRegistrationName = "controllerregistration.core.gardener.cloud/name";

    /// <summary>Name of the ControllerInstallation on what belongs to it.</summary>
    public const string ControllerInstallationName = "controllerinstallation.core.gardener.cloud/name";

    /// <summary>Name of the ControllerInstallation on the ManagedResource with what it installs.</summary>
    public const string InstallationOfManagedResource = "controllerinstallation-name";

    /// <summary>Name of the ControllerRegistration on the ManagedResource with what its installation installs.</summary>
    public const string RegistrationOfManagedResource = "controllerregistration-name";

    /// <summary><c>allowed</c> on namespaces whose pods may talk to the API server of their own cluster, where that is also the
    /// garden's runtime cluster.</summary>
    public const string AccessTargetApiServer = "networking.gardener.cloud/access-target-apiserver";

    /// <summary>Hash of the Seed's spec for which a ControllerInstallation was written.</summary>
    public const string SeedSpecHash = "seed-spec-hash";

    /// <summary>Hash of the ControllerRegistration's spec for which a ControllerInstallation was written.</summary>
    public const string RegistrationSpecHash = "registration-spec-hash";

    /// <summary>Hash of what a ControllerDeployment deploys for which a ControllerInstallation was written.</summary>
    public const string DeploymentHash = "deployment-hash";

    /// <summary>Where an object comes from, such as <c>gardener</c>.</summary>
    public const string Origin = "resources.gardener.cloud/origin";

    /// <summary>Which part of Gardener keeps the object.</summary>
    public const string ManagedBy = "resources.gardener.cloud/managed-by";

    /// <summary>Logical name of a generated Secret.</summary>
    public const string SecretName = "name";

    /// <summary><c>true</c> on a Gardenlet makes the operator set its chart to that of the operator's own version.</summary>
    public const string AutoUpdateGardenletChart = "operator.gardener.cloud/auto-update-gardenlet-helm-chart-ref";
}

/// <summary>Values of <see cref="GardenerLabels.Role"/>.</summary>
public static class GardenerRoles
{
    public const string Garden = "garden";
    public const string Project = "project";
    public const string Shoot = "shoot";
    public const string Seed = "seed";
    public const string SeedSystemComponent = "seed-system-component";
    public const string ControlPlane = "controlplane";
    public const string Extension = "extension";
    public const string Infrastructure = "infra";
    public const string InternalDomain = "internal-domain";
    public const string DefaultDomain = "default-domain";
    public const string CACluster = "ca-cluster";
    public const string CAClient = "ca-client";
    public const string HelmPullSecret = "helm-pull-secret";
    public const string OciCABundle = "oci-ca-bundle";

    /// <summary>Secrets and ConfigMaps that values of charts may read.</summary>
    public const string ResourceReference = "resource-reference";
}
