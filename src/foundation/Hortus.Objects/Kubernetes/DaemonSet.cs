using System.Text.Json;

namespace Hortus.Objects.Kubernetes;

/// <summary>Keeps one pod on each node.</summary>
[KubernetesResource("apps", "v1", "DaemonSet", "daemonsets", ShortNames = "ds", Categories = "all", HasStatus = true)]
public sealed record DaemonSet : KubernetesObject
{
    public DaemonSetSpec Spec { get => field ??= new DaemonSetSpec(); init; }

    public DaemonSetStatus Status { get => field ??= new DaemonSetStatus(); init; }
}

/// <summary>What should run.</summary>
public sealed record DaemonSetSpec : ApiType
{
    [Required]
    public LabelSelector Selector { get => field ??= new LabelSelector(); init; }

    [Required]
    public PodTemplateSpec Template { get => field ??= new PodTemplateSpec(); init; }

    public DaemonSetUpdateStrategy? UpdateStrategy { get; init; }

    public int? MinReadySeconds { get; init; }

    [DefaultJson("10")]
    public int? RevisionHistoryLimit { get; init; }
}

/// <summary>How pods are replaced.</summary>
public sealed record DaemonSetUpdateStrategy : ApiType
{
    [DefaultJson("\"RollingUpdate\""), AllowedValues("RollingUpdate", "OnDelete")]
    public string? Type { get; init; }

    public RollingUpdateDaemonSet? RollingUpdate { get; init; }
}

/// <summary>Bounds of a rolling update, as count or percentage.</summary>
public sealed record RollingUpdateDaemonSet : ApiType
{
    [DefaultJson("1")]
    public IntOrString? MaxUnavailable { get; init; }

    [DefaultJson("0")]
    public IntOrString? MaxSurge { get; init; }
}

/// <summary>What runs.</summary>
public sealed record DaemonSetStatus : ApiType
{
    public int CurrentNumberScheduled { get; init; }

    public int NumberMisscheduled { get; init; }

    public int DesiredNumberScheduled { get; init; }

    public int NumberReady { get; init; }

    public long? ObservedGeneration { get; init; }

    public int? UpdatedNumberScheduled { get; init; }

    public int? NumberAvailable { get; init; }

    public int? NumberUnavailable { get; init; }

    public int? CollisionCount { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<DaemonSetCondition>? Conditions { get; init; }
}

/// <summary>One observation about a daemon set.</summary>
public sealed record DaemonSetCondition : ApiType, ICondition<DaemonSetCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    DaemonSetCondition ICondition<DaemonSetCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}

/// <summary>A past state of a workload.</summary>
[KubernetesResource("apps", "v1", "ControllerRevision", "controllerrevisions")]
public sealed record ControllerRevision : KubernetesObject
{
    [PreserveUnknownFields]
    public JsonElement? Data { get; init; }

    [Required]
    public long Revision { get; init; }
}
