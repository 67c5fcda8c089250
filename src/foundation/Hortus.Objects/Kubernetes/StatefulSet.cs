namespace Hortus.Objects.Kubernetes;

/// <summary>Keeps pods with stable names and storage.</summary>
[KubernetesResource("apps", "v1", "StatefulSet", "statefulsets", ShortNames = "sts", Categories = "all",
    HasStatus = true, HasScale = true)]
public sealed record StatefulSet : KubernetesObject
{
    public StatefulSetSpec Spec { get => field ??= new StatefulSetSpec(); init; }

    public StatefulSetStatus Status { get => field ??= new StatefulSetStatus(); init; }
}

/// <summary>What should run.</summary>
public sealed record StatefulSetSpec : ApiType
{
    [DefaultJson("1")]
    public int? Replicas { get; init; }

    [Required]
    public LabelSelector Selector { get => field ??= new LabelSelector(); init; }

    [Required]
    public PodTemplateSpec Template { get => field ??= new PodTemplateSpec(); init; }

    public IReadOnlyList<PersistentVolumeClaim>? VolumeClaimTemplates { get; init; }

    public string? ServiceName { get; init; }

    [DefaultJson("\"OrderedReady\""), AllowedValues("OrderedReady", "Parallel")]
    public string? PodManagementPolicy { get; init; }

    public StatefulSetUpdateStrategy? UpdateStrategy { get; init; }

    [DefaultJson("10")]
    public int? RevisionHistoryLimit { get; init; }

    public int? MinReadySeconds { get; init; }

    public StatefulSetPersistentVolumeClaimRetentionPolicy? PersistentVolumeClaimRetentionPolicy { get; init; }

    public StatefulSetOrdinals? Ordinals { get; init; }
}

/// <summary>How pods are replaced.</summary>
public sealed record StatefulSetUpdateStrategy : ApiType
{
    [DefaultJson("\"RollingUpdate\""), AllowedValues("RollingUpdate", "OnDelete")]
    public string? Type { get; init; }

    public RollingUpdateStatefulSetStrategy? RollingUpdate { get; init; }
}

/// <summary>Bounds of a rolling update.</summary>
public sealed record RollingUpdateStatefulSetStrategy : ApiType
{
    /// <summary>Pods with a smaller ordinal stay as they are.</summary>
    [DefaultJson("0")]
    public int? Partition { get; init; }

    public IntOrString? MaxUnavailable { get; init; }
}

/// <summary>What becomes of the claims.</summary>
public sealed record StatefulSetPersistentVolumeClaimRetentionPolicy : ApiType
{
    [DefaultJson("\"Retain\"")]
    public string? WhenDeleted { get; init; }

    [DefaultJson("\"Retain\"")]
    public string? WhenScaled { get; init; }
}

/// <summary>Numbering of the pods.</summary>
public sealed record StatefulSetOrdinals : ApiType
{
    public int Start { get; init; }
}

/// <summary>What runs.</summary>
public sealed record StatefulSetStatus : ApiType
{
    public long? ObservedGeneration { get; init; }

    public int Replicas { get; init; }

    public int? ReadyReplicas { get; init; }

    public int? CurrentReplicas { get; init; }

    public int? UpdatedReplicas { get; init; }

    public string? CurrentRevision { get; init; }

    public string? UpdateRevision { get; init; }

    public int? CollisionCount { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<StatefulSetCondition>? Conditions { get; init; }

    public int AvailableReplicas { get; init; }
}

/// <summary>One observation about a stateful set.</summary>
public sealed record StatefulSetCondition : ApiType, ICondition<StatefulSetCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    StatefulSetCondition ICondition<StatefulSetCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
