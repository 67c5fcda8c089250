namespace Hortus.Objects.Kubernetes;

/// <summary>Storage of the cluster.</summary>
[KubernetesResource("", "v1", "PersistentVolume", "persistentvolumes", ShortNames = "pv", Namespaced = false,
    HasStatus = true)]
public sealed record PersistentVolume : KubernetesObject
{
    public PersistentVolumeSpec Spec { get => field ??= new PersistentVolumeSpec(); init; }

    public PersistentVolumeStatus Status { get => field ??= new PersistentVolumeStatus(); init; }
}

/// <summary>What the storage is; exactly one source is set.</summary>
public sealed record PersistentVolumeSpec : ApiType
{
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    public HostPathVolumeSource? HostPath { get; init; }

    public NFSVolumeSource? Nfs { get; init; }

    public LocalVolumeSource? Local { get; init; }

    public CSIPersistentVolumeSource? Csi { get; init; }

    public IReadOnlyList<string>? AccessModes { get; init; }

    public ObjectReference? ClaimRef { get; init; }

    [DefaultJson("\"Retain\"")]
    public string? PersistentVolumeReclaimPolicy { get; init; }

    public string? StorageClassName { get; init; }

    public IReadOnlyList<string>? MountOptions { get; init; }

    [DefaultJson("\"Filesystem\"")]
    public string? VolumeMode { get; init; }

    public VolumeNodeAffinity? NodeAffinity { get; init; }

    public string? VolumeAttributesClassName { get; init; }
}

/// <summary>A path on one node.</summary>
public sealed record LocalVolumeSource : ApiType
{
    [Required]
    public string Path { get => field ?? ""; init; }

    public string? FsType { get; init; }
}

/// <summary>A volume of a storage driver.</summary>
public sealed record CSIPersistentVolumeSource : ApiType
{
    [Required]
    public string Driver { get => field ?? ""; init; }

    [Required]
    public string VolumeHandle { get => field ?? ""; init; }

    public bool? ReadOnly { get; init; }

    public string? FsType { get; init; }

    public IReadOnlyDictionary<string, string>? VolumeAttributes { get; init; }

    public SecretReference? ControllerPublishSecretRef { get; init; }

    public SecretReference? NodeStageSecretRef { get; init; }

    public SecretReference? NodePublishSecretRef { get; init; }

    public SecretReference? ControllerExpandSecretRef { get; init; }

    public SecretReference? NodeExpandSecretRef { get; init; }
}

/// <summary>Nodes that can reach the volume.</summary>
public sealed record VolumeNodeAffinity : ApiType
{
    public NodeSelector? Required { get; init; }
}

/// <summary>Where the storage stands.</summary>
public sealed record PersistentVolumeStatus : ApiType
{
    /// <summary><c>Pending</c>, <c>Available</c>, <c>Bound</c>, <c>Released</c> or <c>Failed</c>.</summary>
    public string? Phase { get; init; }

    public string? Message { get; init; }

    public string? Reason { get; init; }

    public DateTimeOffset? LastPhaseTransitionTime { get; init; }
}

/// <summary>A request for storage.</summary>
[KubernetesResource("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", ShortNames = "pvc", HasStatus = true)]
public sealed record PersistentVolumeClaim : KubernetesObject
{
    public PersistentVolumeClaimSpec Spec { get => field ??= new PersistentVolumeClaimSpec(); init; }

    public PersistentVolumeClaimStatus Status { get => field ??= new PersistentVolumeClaimStatus(); init; }
}

/// <summary>What storage is asked for.</summary>
public sealed record PersistentVolumeClaimSpec : ApiType
{
    public IReadOnlyList<string>? AccessModes { get; init; }

    public LabelSelector? Selector { get; init; }

    public VolumeResourceRequirements? Resources { get; init; }

    public string? VolumeName { get; init; }

    public string? StorageClassName { get; init; }

    [DefaultJson("\"Filesystem\"")]
    public string? VolumeMode { get; init; }

    public TypedLocalObjectReference? DataSource { get; init; }

    public TypedObjectReference? DataSourceRef { get; init; }

    public string? VolumeAttributesClassName { get; init; }
}

/// <summary>How much storage.</summary>
public sealed record VolumeResourceRequirements : ApiType
{
    public IReadOnlyDictionary<string, Quantity>? Limits { get; init; }

    public IReadOnlyDictionary<string, Quantity>? Requests { get; init; }
}

/// <summary>Where the request stands.</summary>
public sealed record PersistentVolumeClaimStatus : ApiType
{
    /// <summary><c>Pending</c>, <c>Bound</c> or <c>Lost</c>.</summary>
    public string? Phase { get; init; }

    public IReadOnlyList<string>? AccessModes { get; init; }

    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<PersistentVolumeClaimCondition>? Conditions { get; init; }

    public IReadOnlyDictionary<string, Quantity>? AllocatedResources { get; init; }
}

/// <summary>One observation about a claim.</summary>
public sealed record PersistentVolumeClaimCondition : ApiType, ICondition<PersistentVolumeClaimCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastProbeTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    PersistentVolumeClaimCondition ICondition<PersistentVolumeClaimCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
