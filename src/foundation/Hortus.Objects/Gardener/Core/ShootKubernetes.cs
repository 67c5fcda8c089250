using System.Collections.ObjectModel;

namespace Hortus.Objects.Gardener.Core;

/// <summary>Kubernetes version and settings of its components.</summary>
public sealed record Kubernetes : ApiType
{
    /// <summary>The cluster autoscaler.</summary>
    public ClusterAutoscaler? ClusterAutoscaler { get; init; }

    /// <summary>The two etcds.</summary>
    public ETCD? Etcd { get; init; }

    /// <summary>The API server.</summary>
    public KubeAPIServerConfig? KubeAPIServer { get; init; }

    /// <summary>The controller manager.</summary>
    public KubeControllerManagerConfig? KubeControllerManager { get; init; }

    /// <summary>The scheduler.</summary>
    public KubeSchedulerConfig? KubeScheduler { get; init; }

    /// <summary>kube-proxy.</summary>
    public KubeProxyConfig? KubeProxy { get; init; }

    /// <summary>Kubelets of all worker pools.</summary>
    public KubeletConfig? Kubelet { get; init; }

    /// <summary>Version, or its beginning for the newest that matches; the newest supported when absent.</summary>
    public string? Version { get; init; }

    /// <summary>The vertical pod autoscaler.</summary>
    public VerticalPodAutoscaler? VerticalPodAutoscaler { get; init; }

    /// <summary>Older switch without effect; must not be true.</summary>
    public bool? EnableStaticTokenKubeconfig { get; init; }
}

/// <summary>Settings of the two etcds.</summary>
public sealed record ETCD : ApiType
{
    /// <summary>The etcd for everything but events.</summary>
    public ETCDConfig? Main { get; init; }

    /// <summary>The etcd for events.</summary>
    public ETCDConfig? Events { get; init; }
}

/// <summary>Settings of an etcd.</summary>
public sealed record ETCDConfig : ApiType
{
    /// <summary>Bounds of its autoscaling.</summary>
    public ControlPlaneAutoscaling? Autoscaling { get; init; }
}

/// <summary>Bounds of a control plane part's autoscaling.</summary>
public sealed record ControlPlaneAutoscaling : ApiType
{
    /// <summary>Least resources.</summary>
    [Required]
    public IReadOnlyDictionary<string, Quantity> MinAllowed
    {
        get => field ??= ReadOnlyDictionary<string, Quantity>.Empty;
        init;
    }
}

/// <summary>Settings of the cluster autoscaler; times are durations such as 30m.</summary>
public sealed record ClusterAutoscaler : ApiType
{
    /// <summary>Wait after adding a node before one is removed.</summary>
    public string? ScaleDownDelayAfterAdd { get; init; }

    /// <summary>Wait after removing a node before the next.</summary>
    public string? ScaleDownDelayAfterDelete { get; init; }

    /// <summary>Wait after a failed removal.</summary>
    public string? ScaleDownDelayAfterFailure { get; init; }

    /// <summary>How long a node must be unneeded before it is removed.</summary>
    public string? ScaleDownUnneededTime { get; init; }

    /// <summary>Use below which a node counts as unneeded.</summary>
    public double? ScaleDownUtilizationThreshold { get; init; }

    /// <summary>Time between two looks at the cluster.</summary>
    public string? ScanInterval { get; init; }

    /// <summary>How a pool is chosen, such as least-waste.</summary>
    public string? Expander { get; init; }

    /// <summary>How long a node may take to come up.</summary>
    public string? MaxNodeProvisionTime { get; init; }

    /// <summary>Seconds that pods get when a node is removed.</summary>
    public int? MaxGracefulTerminationSeconds { get; init; }

    /// <summary>Taints to ignore when looking at pools.</summary>
    public IReadOnlyList<string>? IgnoreTaints { get; init; }

    /// <summary>Age a pod must have before it counts.</summary>
    public string? NewPodScaleUpDelay { get; init; }

    /// <summary>Empty nodes removed at once; the older form of maxScaleDownParallelism.</summary>
    public int? MaxEmptyBulkDelete { get; init; }

    /// <summary>Whether daemon pods count as use.</summary>
    public bool? IgnoreDaemonsetsUtilization { get; init; }

    /// <summary>Log level.</summary>
    public int? Verbosity { get; init; }

    /// <summary>Taints that go away once a node is up.</summary>
    public IReadOnlyList<string>? StartupTaints { get; init; }

    /// <summary>Taints that show a node's state.</summary>
    public IReadOnlyList<string>? StatusTaints { get; init; }

    /// <summary>Nodes removed at once.</summary>
    public int? MaxScaleDownParallelism { get; init; }

    /// <summary>Nodes with pods removed at once.</summary>
    public int? MaxDrainParallelism { get; init; }

    /// <summary>Longest time for one estimate.</summary>
    public string? MaxBinpackingTime { get; init; }

    /// <summary>First wait after a pool failed to grow.</summary>
    public string? InitialNodeGroupBackoffDuration { get; init; }

    /// <summary>Longest wait after a pool failed to grow.</summary>
    public string? MaxNodeGroupBackoffDuration { get; init; }

    /// <summary>When a pool's failures are forgotten.</summary>
    public string? NodeGroupBackoffResetTimeout { get; init; }

    /// <summary>Whether metrics are per pool.</summary>
    public bool? EmitPerNodeGroupMetrics { get; init; }

    /// <summary>Bounds of its own autoscaling.</summary>
    public ControlPlaneAutoscaling? Autoscaling { get; init; }
}

/// <summary>Settings of the vertical pod autoscaler; times are durations such as 10m.</summary>
public sealed record VerticalPodAutoscaler : ApiType
{
    /// <summary>Whether it runs.</summary>
    [Required]
    public bool Enabled { get; init; }

    /// <summary>Pods that ran out of memory sooner after start are evicted.</summary>
    public string? EvictAfterOOMThreshold { get; init; }

    /// <summary>Evictions at once.</summary>
    public int? EvictionRateBurst { get; init; }

    /// <summary>Evictions per second; 0 or less means no limit.</summary>
    public double? EvictionRateLimit { get; init; }

    /// <summary>Share of replicas that may be evicted.</summary>
    public double? EvictionTolerance { get; init; }

    /// <summary>Share added to recommendations.</summary>
    public double? RecommendationMarginFraction { get; init; }

    /// <summary>Time between two updates.</summary>
    public string? UpdaterInterval { get; init; }

    /// <summary>Time between two recommendations.</summary>
    public string? RecommenderInterval { get; init; }

    /// <summary>Percentile of CPU use for the target.</summary>
    public double? TargetCPUPercentile { get; init; }

    /// <summary>Percentile of CPU use for the lower bound.</summary>
    public double? RecommendationLowerBoundCPUPercentile { get; init; }

    /// <summary>Percentile of CPU use for the upper bound.</summary>
    public double? RecommendationUpperBoundCPUPercentile { get; init; }

    /// <summary>Percentile of memory use for the target.</summary>
    public double? TargetMemoryPercentile { get; init; }

    /// <summary>Percentile of memory use for the lower bound.</summary>
    public double? RecommendationLowerBoundMemoryPercentile { get; init; }

    /// <summary>Percentile of memory use for the upper bound.</summary>
    public double? RecommendationUpperBoundMemoryPercentile { get; init; }

    /// <summary>Time after which a CPU sample counts half.</summary>
    public string? CpuHistogramDecayHalfLife { get; init; }

    /// <summary>Time after which a memory sample counts half.</summary>
    public string? MemoryHistogramDecayHalfLife { get; init; }

    /// <summary>Time over which the memory peak is taken.</summary>
    public string? MemoryAggregationInterval { get; init; }

    /// <summary>Number of such times that are kept.</summary>
    public long? MemoryAggregationIntervalCount { get; init; }

    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Largest recommendation.</summary>
    public IReadOnlyDictionary<string, Quantity>? MaxAllowed { get; init; }

    /// <summary>Workers that update recommendations.</summary>
    public int? RecommenderUpdateWorkerCount { get; init; }
}

/// <summary>Settings of the controller manager; times are durations such as 40s.</summary>
public sealed record KubeControllerManagerConfig : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Settings of the horizontal pod autoscaler.</summary>
    public HorizontalPodAutoscalerConfig? HorizontalPodAutoscaler { get; init; }

    /// <summary>Bits of a node's IPv4 pod network; fixed.</summary>
    public int? NodeCIDRMaskSize { get; init; }

    /// <summary>Bits of a node's IPv6 pod network; fixed.</summary>
    public int? NodeCIDRMaskSizeIPv6 { get; init; }

    /// <summary>Older setting without effect.</summary>
    public string? PodEvictionTimeout { get; init; }

    /// <summary>How long a node may be silent before it counts as gone.</summary>
    public string? NodeMonitorGracePeriod { get; init; }
}

/// <summary>Settings of the horizontal pod autoscaler.</summary>
public sealed record HorizontalPodAutoscalerConfig : ApiType
{
    /// <summary>Time after a start in which CPU use is ignored.</summary>
    public string? CpuInitializationPeriod { get; init; }

    /// <summary>How far back recommendations are looked at before scaling down.</summary>
    public string? DownscaleStabilization { get; init; }

    /// <summary>Time after a start in which readiness changes are ignored.</summary>
    public string? InitialReadinessDelay { get; init; }

    /// <summary>Time between two looks.</summary>
    public string? SyncPeriod { get; init; }

    /// <summary>Change of use that is ignored.</summary>
    public double? Tolerance { get; init; }
}

/// <summary>Settings of the scheduler.</summary>
public sealed record KubeSchedulerConfig : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Most volumes per node.</summary>
    public string? KubeMaxPDVols { get; init; }

    /// <summary>balanced or bin-packing.</summary>
    public string? Profile { get; init; }
}

/// <summary>Settings of kube-proxy.</summary>
public sealed record KubeProxyConfig : ApiType
{
    /// <summary>Feature gates.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>IPTables, IPVS or NFTables.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether it is installed.</summary>
    public bool? Enabled { get; init; }
}
