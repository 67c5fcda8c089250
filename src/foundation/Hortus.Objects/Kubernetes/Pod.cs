namespace Hortus.Objects.Kubernetes;

/// <summary>A group of containers that run together on one node.</summary>
[KubernetesResource("", "v1", "Pod", "pods", ShortNames = "po", Categories = "all", HasStatus = true)]
public sealed record Pod : KubernetesObject
{
    public PodSpec Spec { get => field ??= new PodSpec(); init; }

    public PodStatus Status { get => field ??= new PodStatus(); init; }
}

/// <summary>What the kubelet reports about a pod.</summary>
public sealed record PodStatus : ApiType
{
    public long? ObservedGeneration { get; init; }

    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<PodCondition>? Conditions { get; init; }

    public string? Message { get; init; }

    public string? Reason { get; init; }

    public string? NominatedNodeName { get; init; }

    public string? HostIP { get; init; }

    [PatchStrategy(Merge = true, MergeKey = "ip")]
    public IReadOnlyList<HostIP>? HostIPs { get; init; }

    public string? PodIP { get; init; }

    [ListMap("ip"), PatchStrategy(Merge = true, MergeKey = "ip")]
    public IReadOnlyList<PodIP>? PodIPs { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public IReadOnlyList<ContainerStatus>? InitContainerStatuses { get; init; }

    public IReadOnlyList<ContainerStatus>? ContainerStatuses { get; init; }

    public IReadOnlyList<ContainerStatus>? EphemeralContainerStatuses { get; init; }

    /// <summary><c>Guaranteed</c>, <c>Burstable</c> or <c>BestEffort</c>.</summary>
    public string? QosClass { get; init; }

    public string? Resize { get; init; }
}

/// <summary>One observation about a pod.</summary>
public sealed record PodCondition : ApiType, ICondition<PodCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    public long? ObservedGeneration { get; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastProbeTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    PodCondition ICondition<PodCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}

/// <summary>An address of the node that runs the pod.</summary>
public sealed record HostIP : ApiType
{
    [Required]
    public string Ip { get => field ?? ""; init; }
}

/// <summary>An address of the pod.</summary>
public sealed record PodIP : ApiType
{
    [Required]
    public string Ip { get => field ?? ""; init; }
}
