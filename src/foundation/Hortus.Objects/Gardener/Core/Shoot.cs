namespace Hortus.Objects.Gardener.Core;

/// <summary>A Kubernetes cluster that a user asks for.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "Shoot", "shoots", HasStatus = true)]
[PrinterColumn("CloudProfile", "string", ".spec.cloudProfile.name")]
[PrinterColumn("Provider", "string", ".spec.provider.type")]
[PrinterColumn("Region", "string", ".spec.region")]
[PrinterColumn("K8S Version", "string", ".spec.kubernetes.version")]
[PrinterColumn("Hibernated", "boolean", ".status.hibernated")]
[PrinterColumn("Last Operation", "string", ".status.lastOperation.state")]
[PrinterColumn("Progress", "integer", ".status.lastOperation.progress")]
[PrinterColumn("Status", "string", ".metadata.labels.shoot\\.gardener\\.cloud/status")]
[PrinterColumn("Purpose", "string", ".spec.purpose", Priority = 1)]
[PrinterColumn("Gardener Version", "string", ".status.gardener.version", Priority = 1)]
[PrinterColumn("API Server", "string", ".status.conditions[?(@.type==\"APIServerAvailable\")].status", Priority = 1)]
[PrinterColumn(
    "Control Plane", "string", ".status.conditions[?(@.type==\"ControlPlaneHealthy\")].status", Priority = 1)]
[PrinterColumn(
    "Observability", "string", ".status.conditions[?(@.type==\"ObservabilityComponentsHealthy\")].status", Priority = 1)]
[PrinterColumn("Nodes", "string", ".status.conditions[?(@.type==\"EveryNodeReady\")].status", Priority = 1)]
[PrinterColumn("System", "string", ".status.conditions[?(@.type==\"SystemComponentsHealthy\")].status", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Shoot : KubernetesObject
{
    /// <summary>The cluster that is wanted.</summary>
    public ShootSpec Spec { get => field ??= new ShootSpec(); init; }

    /// <summary>What the gardenlet reports.</summary>
    public ShootStatus? Status { get; init; }
}

/// <summary>The cluster that is wanted.</summary>
public sealed record ShootSpec : ApiType
{
    /// <summary>Optional parts, only for clusters with the purpose evaluation.</summary>
    public Addons? Addons { get; init; }

    /// <summary>Name of the CloudProfile; the older form of cloudProfile.</summary>
    public string? CloudProfileName { get; init; }

    /// <summary>Domain of the cluster and who serves it.</summary>
    public Dns? Dns { get; init; }

    /// <summary>Extensions to use.</summary>
    [PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<Extension>? Extensions { get; init; }

    /// <summary>Whether and when the cluster sleeps.</summary>
    public Hibernation? Hibernation { get; init; }

    /// <summary>Kubernetes version and settings of its components.</summary>
    [Required]
    public Kubernetes Kubernetes { get => field ??= new Kubernetes(); init; }

    /// <summary>Networks of the cluster and the extension that makes the pod network.</summary>
    public Networking? Networking { get; init; }

    /// <summary>When and how the cluster is updated.</summary>
    public Maintenance? Maintenance { get; init; }

    /// <summary>Who is told about alerts.</summary>
    public Monitoring? Monitoring { get; init; }

    /// <summary>Infrastructure and worker pools.</summary>
    [Required]
    public Provider Provider { get => field ??= new Provider(); init; }

    /// <summary>evaluation, testing, development, production or infrastructure.</summary>
    public string? Purpose { get; init; }

    /// <summary>Region of the infrastructure; fixed.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }

    /// <summary>Name of the SecretBinding with infrastructure credentials.</summary>
    public string? SecretBindingName { get; init; }

    /// <summary>Seed that hosts the control plane; set by the scheduler through shoots/binding.</summary>
    public string? SeedName { get; init; }

    /// <summary>Which seeds the scheduler may take.</summary>
    public SeedSelector? SeedSelector { get; init; }

    /// <summary>Resources that other parts of the spec refer to.</summary>
    [PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<NamedResourceReference>? Resources { get; init; }

    /// <summary>Seed taints that the shoot tolerates.</summary>
    [PatchStrategy(Merge = true, MergeKey = "key")]
    public IReadOnlyList<Toleration>? Tolerations { get; init; }

    /// <summary>ExposureClass of the API server; fixed.</summary>
    public string? ExposureClassName { get; init; }

    /// <summary>Settings of what runs in the cluster for the cluster.</summary>
    public SystemComponents? SystemComponents { get; init; }

    /// <summary>Settings of the control plane as a whole.</summary>
    public ControlPlane? ControlPlane { get; init; }

    /// <summary>Scheduler that chooses the seed.</summary>
    public string? SchedulerName { get; init; }

    /// <summary>The CloudProfile or NamespacedCloudProfile in use.</summary>
    public CloudProfileReference? CloudProfile { get; init; }

    /// <summary>Name of the CredentialsBinding with infrastructure credentials.</summary>
    public string? CredentialsBindingName { get; init; }

    /// <summary>Access restrictions for the cluster.</summary>
    public IReadOnlyList<AccessRestrictionWithOptions>? AccessRestrictions { get; init; }
}

/// <summary>What the gardenlet reports about a shoot.</summary>
public sealed record ShootStatus : ApiType
{
    /// <summary>Health of the cluster.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>What would stand in the way of certain operations.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Constraints { get; init; }

    /// <summary>The gardenlet that handled the shoot last.</summary>
    public Gardener Gardener { get => field ??= new Gardener(); init; }

    /// <summary>Whether the control plane sleeps.</summary>
    public bool Hibernated { get; init; }

    /// <summary>The operation that runs or ran last.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>Faults of the last operation.</summary>
    public IReadOnlyList<LastError>? LastErrors { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>When the present attempts to reach the wanted state began.</summary>
    public DateTimeOffset? RetryCycleStartTime { get; init; }

    /// <summary>The seed that hosts the control plane now; differs from the spec during a move.</summary>
    public string? SeedName { get; init; }

    /// <summary>Name of the control plane's namespace in the seed; fixed once set.</summary>
    public string TechnicalID { get => field ?? ""; init; }

    /// <summary>Identity of the cluster; fixed once set.</summary>
    public string Uid { get => field ?? ""; init; }

    /// <summary>Identity of the cluster for tools; fixed once set.</summary>
    public string? ClusterIdentity { get; init; }

    /// <summary>Addresses of the API server and other endpoints.</summary>
    [PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<ShootAdvertisedAddress>? AdvertisedAddresses { get; init; }

    /// <summary>When a move to another seed began.</summary>
    public DateTimeOffset? MigrationStartTime { get; init; }

    /// <summary>State of credentials and their rotation.</summary>
    public ShootCredentials? Credentials { get; init; }

    /// <summary>When the schedule last changed the hibernation.</summary>
    public DateTimeOffset? LastHibernationTriggerTime { get; init; }

    /// <summary>What the last maintenance did.</summary>
    public LastMaintenance? LastMaintenance { get; init; }

    /// <summary>Resources that are encrypted in etcd; the older form of credentials.encryptionAtRest.</summary>
    public IReadOnlyList<string>? EncryptedResources { get; init; }

    /// <summary>Networks in use.</summary>
    public NetworkingStatus? Networking { get; init; }

    /// <summary>Worker pools whose nodes wait for an update in place.</summary>
    public InPlaceUpdatesStatus? InPlaceUpdates { get; init; }

    /// <summary>Worker pools that wait for a rollout by hand.</summary>
    public ManualWorkerPoolRollout? ManualWorkerPoolRollout { get; init; }
}

/// <summary>An address of a shoot's endpoint.</summary>
public sealed record ShootAdvertisedAddress : ApiType
{
    /// <summary>external, internal, unmanaged or another name.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>The address with its scheme.</summary>
    [Required]
    public string Url { get => field ?? ""; init; }

    /// <summary>What is served, when not the API server.</summary>
    public string? Application { get; init; }
}

/// <summary>Networks in use.</summary>
public sealed record NetworkingStatus : ApiType
{
    /// <summary>Pod networks.</summary>
    public IReadOnlyList<string>? Pods { get; init; }

    /// <summary>Node networks.</summary>
    public IReadOnlyList<string>? Nodes { get; init; }

    /// <summary>Service networks.</summary>
    public IReadOnlyList<string>? Services { get; init; }

    /// <summary>Addresses from which the cluster reaches out.</summary>
    public IReadOnlyList<string>? EgressCIDRs { get; init; }
}

/// <summary>What the last maintenance did.</summary>
public sealed record LastMaintenance : ApiType
{
    /// <summary>What was changed.</summary>
    [Required]
    public string Description { get => field ?? ""; init; }

    /// <summary>When it started.</summary>
    [Required]
    public DateTimeOffset? TriggeredTime { get; init; }

    /// <summary>Processing, Succeeded or Error.</summary>
    [Required]
    public string State { get => field ?? ""; init; }

    /// <summary>Why it failed.</summary>
    public string? FailureReason { get; init; }
}

/// <summary>Worker pools whose nodes wait for an update in place.</summary>
public sealed record InPlaceUpdatesStatus : ApiType
{
    /// <summary>The pools.</summary>
    public PendingWorkerUpdates? PendingWorkerUpdates { get; init; }
}

/// <summary>Worker pools that wait for an update in place.</summary>
public sealed record PendingWorkerUpdates : ApiType
{
    /// <summary>Pools that are updated without help.</summary>
    public IReadOnlyList<string>? AutoInPlaceUpdate { get; init; }

    /// <summary>Pools whose nodes have to be chosen by a person.</summary>
    public IReadOnlyList<string>? ManualInPlaceUpdate { get; init; }
}

/// <summary>Worker pools that wait for a rollout by hand.</summary>
public sealed record ManualWorkerPoolRollout : ApiType
{
    /// <summary>The pools.</summary>
    public IReadOnlyList<PendingWorkersRollout>? PendingWorkersRollouts { get; init; }
}

/// <summary>A worker pool whose nodes have to be replaced.</summary>
public sealed record PendingWorkersRollout : ApiType
{
    /// <summary>Name of the pool.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>When the rotation that asks for it began.</summary>
    public DateTimeOffset? LastInitiationTime { get; init; }
}
