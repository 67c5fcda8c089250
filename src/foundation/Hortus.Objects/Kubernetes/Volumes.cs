namespace Hortus.Objects.Kubernetes;

/// <summary>A directory that containers of a pod can mount; exactly one source is set.</summary>
public sealed record Volume : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    public HostPathVolumeSource? HostPath { get; init; }

    public EmptyDirVolumeSource? EmptyDir { get; init; }

    public SecretVolumeSource? Secret { get; init; }

    public ConfigMapVolumeSource? ConfigMap { get; init; }

    public ProjectedVolumeSource? Projected { get; init; }

    public DownwardAPIVolumeSource? DownwardAPI { get; init; }

    public PersistentVolumeClaimVolumeSource? PersistentVolumeClaim { get; init; }

    public NFSVolumeSource? Nfs { get; init; }

    public CSIVolumeSource? Csi { get; init; }

    public EphemeralVolumeSource? Ephemeral { get; init; }

    public ImageVolumeSource? Image { get; init; }
}

/// <summary>A path of the node.</summary>
public sealed record HostPathVolumeSource : ApiType
{
    [Required]
    public string Path { get => field ?? ""; init; }

    /// <summary>Empty means no check; see the HostPathType values of Kubernetes.</summary>
    public string? Type { get; init; }
}

/// <summary>A directory that lives as long as the pod.</summary>
public sealed record EmptyDirVolumeSource : ApiType
{
    /// <summary><c>Memory</c> for tmpfs; empty for disk.</summary>
    public string? Medium { get; init; }

    public Quantity? SizeLimit { get; init; }
}

/// <summary>The keys of a secret as files.</summary>
public sealed record SecretVolumeSource : ApiType
{
    public string? SecretName { get; init; }

    public IReadOnlyList<KeyToPath>? Items { get; init; }

    [DefaultJson("420")]
    public int? DefaultMode { get; init; }

    public bool? Optional { get; init; }
}

/// <summary>The keys of a config map as files.</summary>
public sealed record ConfigMapVolumeSource : ApiType
{
    public string Name { get => field ?? ""; init; }

    public IReadOnlyList<KeyToPath>? Items { get; init; }

    [DefaultJson("420")]
    public int? DefaultMode { get; init; }

    public bool? Optional { get; init; }
}

/// <summary>One key and the file it becomes.</summary>
public sealed record KeyToPath : ApiType
{
    [Required]
    public string Key { get => field ?? ""; init; }

    [Required]
    public string Path { get => field ?? ""; init; }

    public int? Mode { get; init; }
}

/// <summary>Several sources in one directory.</summary>
public sealed record ProjectedVolumeSource : ApiType
{
    public IReadOnlyList<VolumeProjection>? Sources { get; init; }

    [DefaultJson("420")]
    public int? DefaultMode { get; init; }
}

/// <summary>Exactly one member is set.</summary>
public sealed record VolumeProjection : ApiType
{
    public SecretProjection? Secret { get; init; }

    public DownwardAPIProjection? DownwardAPI { get; init; }

    public ConfigMapProjection? ConfigMap { get; init; }

    public ServiceAccountTokenProjection? ServiceAccountToken { get; init; }

    public ClusterTrustBundleProjection? ClusterTrustBundle { get; init; }
}

/// <summary>Keys of a secret.</summary>
public sealed record SecretProjection : ApiType
{
    public string Name { get => field ?? ""; init; }

    public IReadOnlyList<KeyToPath>? Items { get; init; }

    public bool? Optional { get; init; }
}

/// <summary>Keys of a config map.</summary>
public sealed record ConfigMapProjection : ApiType
{
    public string Name { get => field ?? ""; init; }

    public IReadOnlyList<KeyToPath>? Items { get; init; }

    public bool? Optional { get; init; }
}

/// <summary>Fields of the pod as files.</summary>
public sealed record DownwardAPIProjection : ApiType
{
    public IReadOnlyList<DownwardAPIVolumeFile>? Items { get; init; }
}

/// <summary>Fields of the pod as files.</summary>
public sealed record DownwardAPIVolumeSource : ApiType
{
    public IReadOnlyList<DownwardAPIVolumeFile>? Items { get; init; }

    [DefaultJson("420")]
    public int? DefaultMode { get; init; }
}

/// <summary>One field and the file it becomes.</summary>
public sealed record DownwardAPIVolumeFile : ApiType
{
    [Required]
    public string Path { get => field ?? ""; init; }

    public ObjectFieldSelector? FieldRef { get; init; }

    public ResourceFieldSelector? ResourceFieldRef { get; init; }

    public int? Mode { get; init; }
}

/// <summary>A token of the pod's service account.</summary>
public sealed record ServiceAccountTokenProjection : ApiType
{
    /// <summary>Absent means the API server.</summary>
    public string? Audience { get; init; }

    [DefaultJson("3600")]
    public long? ExpirationSeconds { get; init; }

    [Required]
    public string Path { get => field ?? ""; init; }
}

/// <summary>Trust anchors as a file.</summary>
public sealed record ClusterTrustBundleProjection : ApiType
{
    public string? Name { get; init; }

    public string? SignerName { get; init; }

    public LabelSelector? LabelSelector { get; init; }

    public bool? Optional { get; init; }

    [Required]
    public string Path { get => field ?? ""; init; }
}

/// <summary>The volume that a claim is bound to.</summary>
public sealed record PersistentVolumeClaimVolumeSource : ApiType
{
    [Required]
    public string ClaimName { get => field ?? ""; init; }

    public bool? ReadOnly { get; init; }
}

/// <summary>An NFS export.</summary>
public sealed record NFSVolumeSource : ApiType
{
    [Required]
    public string Server { get => field ?? ""; init; }

    [Required]
    public string Path { get => field ?? ""; init; }

    public bool? ReadOnly { get; init; }
}

/// <summary>An inline volume of a storage driver.</summary>
public sealed record CSIVolumeSource : ApiType
{
    [Required]
    public string Driver { get => field ?? ""; init; }

    public bool? ReadOnly { get; init; }

    public string? FsType { get; init; }

    public IReadOnlyDictionary<string, string>? VolumeAttributes { get; init; }

    public LocalObjectReference? NodePublishSecretRef { get; init; }
}

/// <summary>A claim that lives as long as the pod.</summary>
public sealed record EphemeralVolumeSource : ApiType
{
    public PersistentVolumeClaimTemplate? VolumeClaimTemplate { get; init; }
}

/// <summary>The claim to make.</summary>
public sealed record PersistentVolumeClaimTemplate : ApiType
{
    public ObjectMeta? Metadata { get; init; }

    [Required]
    public PersistentVolumeClaimSpec Spec { get => field ??= new PersistentVolumeClaimSpec(); init; }
}

/// <summary>The content of an image.</summary>
public sealed record ImageVolumeSource : ApiType
{
    public string? Reference { get; init; }

    public string? PullPolicy { get; init; }
}
