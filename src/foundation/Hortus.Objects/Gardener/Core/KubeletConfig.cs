namespace Hortus.Objects.Gardener.Core;

/// <summary>Settings of kubelets; times are durations such as 4m.</summary>
public sealed record KubeletConfig : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Whether CPU limits are enforced.</summary>
    public bool? CpuCFSQuota { get; init; }

    /// <summary>none or static.</summary>
    public string? CpuManagerPolicy { get; init; }

    /// <summary>Amounts below which pods are evicted at once.</summary>
    public KubeletConfigEviction? EvictionHard { get; init; }

    /// <summary>Most seconds that pods get when they are evicted.</summary>
    public int? EvictionMaxPodGracePeriod { get; init; }

    /// <summary>Amounts that an eviction has to free.</summary>
    public KubeletConfigEvictionMinimumReclaim? EvictionMinimumReclaim { get; init; }

    /// <summary>How long a pressure condition stays.</summary>
    public string? EvictionPressureTransitionPeriod { get; init; }

    /// <summary>Amounts below which pods are evicted after a time.</summary>
    public KubeletConfigEviction? EvictionSoft { get; init; }

    /// <summary>The times.</summary>
    public KubeletConfigEvictionSoftGracePeriod? EvictionSoftGracePeriod { get; init; }

    /// <summary>Most pods per node.</summary>
    public int? MaxPods { get; init; }

    /// <summary>Most processes per pod.</summary>
    public long? PodPidsLimit { get; init; }

    /// <summary>Whether the kubelet refuses to run with swap.</summary>
    public bool? FailSwapOn { get; init; }

    /// <summary>Resources kept for Kubernetes.</summary>
    public KubeletConfigReserved? KubeReserved { get; init; }

    /// <summary>Resources kept for the system.</summary>
    public KubeletConfigReserved? SystemReserved { get; init; }

    /// <summary>Disk use at which images are removed.</summary>
    public int? ImageGCHighThresholdPercent { get; init; }

    /// <summary>Disk use down to which images are removed.</summary>
    public int? ImageGCLowThresholdPercent { get; init; }

    /// <summary>Whether images are pulled one by one.</summary>
    public bool? SerializeImagePulls { get; init; }

    /// <summary>Image pulls per second.</summary>
    public int? RegistryPullQPS { get; init; }

    /// <summary>Image pulls at once.</summary>
    public int? RegistryBurst { get; init; }

    /// <summary>Whether pods get the runtime's default seccomp profile.</summary>
    public bool? SeccompDefault { get; init; }

    /// <summary>Log files kept per container.</summary>
    public int? ContainerLogMaxFiles { get; init; }

    /// <summary>Size at which a log file is rotated.</summary>
    public Quantity? ContainerLogMaxSize { get; init; }

    /// <summary>Whether wrong kernel settings are an error.</summary>
    public bool? ProtectKernelDefaults { get; init; }

    /// <summary>When an idle exec or attach is closed.</summary>
    public string? StreamingConnectionIdleTimeout { get; init; }

    /// <summary>How pods may use swap.</summary>
    public MemorySwapConfiguration? MemorySwap { get; init; }

    /// <summary>Most image pulls side by side.</summary>
    public int? MaxParallelImagePulls { get; init; }

    /// <summary>Age below which unused images stay.</summary>
    public string? ImageMinimumGCAge { get; init; }

    /// <summary>Age above which unused images go.</summary>
    public string? ImageMaximumGCAge { get; init; }

    /// <summary>Whether credentials are checked for images that are there already.</summary>
    public string? ImagePullCredentialsVerificationPolicy { get; init; }

    /// <summary>Images for which they are not.</summary>
    public IReadOnlyList<string>? PreloadedImagesVerificationAllowlist { get; init; }

    /// <summary>Whether only the process that ran out of memory is killed.</summary>
    public bool? SingleProcessOOMKill { get; init; }
}

/// <summary>Amounts or percentages below which pods are evicted.</summary>
public sealed record KubeletConfigEviction : ApiType
{
    /// <summary>Memory.</summary>
    public string? MemoryAvailable { get; init; }

    /// <summary>Space for images.</summary>
    public string? ImageFSAvailable { get; init; }

    /// <summary>Inodes for images.</summary>
    public string? ImageFSInodesFree { get; init; }

    /// <summary>Space of the node.</summary>
    public string? NodeFSAvailable { get; init; }

    /// <summary>Inodes of the node.</summary>
    public string? NodeFSInodesFree { get; init; }
}

/// <summary>Amounts that an eviction has to free.</summary>
public sealed record KubeletConfigEvictionMinimumReclaim : ApiType
{
    /// <summary>Memory.</summary>
    public Quantity? MemoryAvailable { get; init; }

    /// <summary>Space for images.</summary>
    public Quantity? ImageFSAvailable { get; init; }

    /// <summary>Inodes for images.</summary>
    public Quantity? ImageFSInodesFree { get; init; }

    /// <summary>Space of the node.</summary>
    public Quantity? NodeFSAvailable { get; init; }

    /// <summary>Inodes of the node.</summary>
    public Quantity? NodeFSInodesFree { get; init; }
}

/// <summary>Times after which pods are evicted.</summary>
public sealed record KubeletConfigEvictionSoftGracePeriod : ApiType
{
    /// <summary>For memory.</summary>
    public string? MemoryAvailable { get; init; }

    /// <summary>For space for images.</summary>
    public string? ImageFSAvailable { get; init; }

    /// <summary>For inodes for images.</summary>
    public string? ImageFSInodesFree { get; init; }

    /// <summary>For space of the node.</summary>
    public string? NodeFSAvailable { get; init; }

    /// <summary>For inodes of the node.</summary>
    public string? NodeFSInodesFree { get; init; }
}

/// <summary>Resources that are kept.</summary>
public sealed record KubeletConfigReserved : ApiType
{
    /// <summary>CPUs.</summary>
    public Quantity? Cpu { get; init; }

    /// <summary>Memory.</summary>
    public Quantity? Memory { get; init; }

    /// <summary>Local storage.</summary>
    public Quantity? EphemeralStorage { get; init; }

    /// <summary>Processes.</summary>
    public Quantity? Pid { get; init; }
}

/// <summary>How pods may use swap.</summary>
public sealed record MemorySwapConfiguration : ApiType
{
    /// <summary>NoSwap or LimitedSwap.</summary>
    public string? SwapBehavior { get; init; }
}
