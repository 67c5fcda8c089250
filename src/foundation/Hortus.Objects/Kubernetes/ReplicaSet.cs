namespace Hortus.Objects.Kubernetes;

/// <summary>Keeps a number of equal pods running.</summary>
[KubernetesResource("apps", "v1", "ReplicaSet", "replicasets", ShortNames = "rs", Categories = "all",
    HasStatus = true, HasScale = true)]
public sealed record ReplicaSet : KubernetesObject
{
    public ReplicaSetSpec Spec { get => field ??= new ReplicaSetSpec(); init; }

    public ReplicaSetStatus Status { get => field ??= new ReplicaSetStatus(); init; }
}

/// <summary>What should run.</summary>
public sealed record ReplicaSetSpec : ApiType
{
    [DefaultJson("1")]
    public int? Replicas { get; init; }

    public int? MinReadySeconds { get; init; }

    [Required]
    public LabelSelector Selector { get => field ??= new LabelSelector(); init; }

    public PodTemplateSpec? Template { get; init; }
}

/// <summary>What runs.</summary>
public sealed record ReplicaSetStatus : ApiType
{
    public int Replicas { get; init; }

    public int? FullyLabeledReplicas { get; init; }

    public int? ReadyReplicas { get; init; }

    public int? AvailableReplicas { get; init; }

    public int? TerminatingReplicas { get; init; }

    public long? ObservedGeneration { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<ReplicaSetCondition>? Conditions { get; init; }
}

/// <summary>One observation about a replica set.</summary>
public sealed record ReplicaSetCondition : ApiType, ICondition<ReplicaSetCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    ReplicaSetCondition ICondition<ReplicaSetCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
