using System.Text.Json;

namespace Hortus.Objects.Kubernetes;

/// <summary>The number of pods of a workload (subresource <c>scale</c>).</summary>
[KubernetesResource("autoscaling", "v1", "Scale", "scales")]
public sealed record Scale : KubernetesObject
{
    public ScaleSpec Spec { get => field ??= new ScaleSpec(); init; }

    public ScaleStatus Status { get => field ??= new ScaleStatus(); init; }
}

/// <summary>The wanted number.</summary>
public sealed record ScaleSpec : ApiType
{
    public int? Replicas { get; init; }
}

/// <summary>The number there is.</summary>
public sealed record ScaleStatus : ApiType
{
    public int Replicas { get; init; }

    /// <summary>Selector of the pods in text form.</summary>
    public string? Selector { get; init; }
}

/// <summary>Changes the number of pods by load.</summary>
[KubernetesResource("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", ShortNames = "hpa",
    Categories = "all", HasStatus = true)]
public sealed record HorizontalPodAutoscaler : KubernetesObject
{
    public HorizontalPodAutoscalerSpec Spec { get => field ??= new HorizontalPodAutoscalerSpec(); init; }

    public HorizontalPodAutoscalerStatus Status { get => field ??= new HorizontalPodAutoscalerStatus(); init; }
}

/// <summary>The target and the bounds.</summary>
public sealed record HorizontalPodAutoscalerSpec : ApiType
{
    [Required]
    public CrossVersionObjectReference ScaleTargetRef { get => field ??= new CrossVersionObjectReference(); init; }

    [DefaultJson("1")]
    public int? MinReplicas { get; init; }

    [Required]
    public int MaxReplicas { get; init; }

    public IReadOnlyList<JsonElement>? Metrics { get; init; }

    [PreserveUnknownFields]
    public JsonElement? Behavior { get; init; }
}

/// <summary>Names a workload.</summary>
[AtomicMap]
public sealed record CrossVersionObjectReference : ApiType
{
    [Required]
    public string Kind { get => field ?? ""; init; }

    [Required]
    public string Name { get => field ?? ""; init; }

    public string? ApiVersion { get; init; }
}

/// <summary>Where the target stands.</summary>
public sealed record HorizontalPodAutoscalerStatus : ApiType
{
    public long? ObservedGeneration { get; init; }

    public DateTimeOffset? LastScaleTime { get; init; }

    public int? CurrentReplicas { get; init; }

    public int DesiredReplicas { get; init; }

    public IReadOnlyList<JsonElement>? CurrentMetrics { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<HorizontalPodAutoscalerCondition>? Conditions { get; init; }
}

/// <summary>One observation.</summary>
public sealed record HorizontalPodAutoscalerCondition : ApiType, ICondition<HorizontalPodAutoscalerCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    HorizontalPodAutoscalerCondition ICondition<HorizontalPodAutoscalerCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
