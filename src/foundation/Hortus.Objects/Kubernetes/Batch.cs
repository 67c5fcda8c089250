using System.Text.Json;

namespace Hortus.Objects.Kubernetes;

/// <summary>Runs pods until enough of them succeed.</summary>
[KubernetesResource("batch", "v1", "Job", "jobs", Categories = "all", HasStatus = true)]
public sealed record Job : KubernetesObject
{
    public JobSpec Spec { get => field ??= new JobSpec(); init; }

    public JobStatus Status { get => field ??= new JobStatus(); init; }
}

/// <summary>What should run.</summary>
public sealed record JobSpec : ApiType
{
    public int? Parallelism { get; init; }

    public int? Completions { get; init; }

    public long? ActiveDeadlineSeconds { get; init; }

    [PreserveUnknownFields]
    public JsonElement? PodFailurePolicy { get; init; }

    [PreserveUnknownFields]
    public JsonElement? SuccessPolicy { get; init; }

    public int? BackoffLimit { get; init; }

    public int? BackoffLimitPerIndex { get; init; }

    public int? MaxFailedIndexes { get; init; }

    public LabelSelector? Selector { get; init; }

    public bool? ManualSelector { get; init; }

    [Required]
    public PodTemplateSpec Template { get => field ??= new PodTemplateSpec(); init; }

    public int? TtlSecondsAfterFinished { get; init; }

    [AllowedValues("NonIndexed", "Indexed")]
    public string? CompletionMode { get; init; }

    public bool? Suspend { get; init; }

    public string? PodReplacementPolicy { get; init; }

    public string? ManagedBy { get; init; }
}

/// <summary>What ran.</summary>
public sealed record JobStatus : ApiType
{
    [PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<JobCondition>? Conditions { get; init; }

    public DateTimeOffset? StartTime { get; init; }

    public DateTimeOffset? CompletionTime { get; init; }

    public int? Active { get; init; }

    public int? Succeeded { get; init; }

    public int? Failed { get; init; }

    public int? Terminating { get; init; }

    public string? CompletedIndexes { get; init; }

    public string? FailedIndexes { get; init; }

    public UncountedTerminatedPods? UncountedTerminatedPods { get; init; }

    public int? Ready { get; init; }
}

/// <summary>Pods that ended but are not counted yet.</summary>
public sealed record UncountedTerminatedPods : ApiType
{
    [ListSet]
    public IReadOnlyList<string>? Succeeded { get; init; }

    [ListSet]
    public IReadOnlyList<string>? Failed { get; init; }
}

/// <summary>One observation about a job.</summary>
public sealed record JobCondition : ApiType, ICondition<JobCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastProbeTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    JobCondition ICondition<JobCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}

/// <summary>Makes jobs by a schedule.</summary>
[KubernetesResource("batch", "v1", "CronJob", "cronjobs", ShortNames = "cj", Categories = "all", HasStatus = true)]
public sealed record CronJob : KubernetesObject
{
    public CronJobSpec Spec { get => field ??= new CronJobSpec(); init; }

    public CronJobStatus Status { get => field ??= new CronJobStatus(); init; }
}

/// <summary>What should run and when.</summary>
public sealed record CronJobSpec : ApiType
{
    [Required]
    public string Schedule { get => field ?? ""; init; }

    public string? TimeZone { get; init; }

    public long? StartingDeadlineSeconds { get; init; }

    [DefaultJson("\"Allow\""), AllowedValues("Allow", "Forbid", "Replace")]
    public string? ConcurrencyPolicy { get; init; }

    [DefaultJson("false")]
    public bool? Suspend { get; init; }

    [Required]
    public JobTemplateSpec JobTemplate { get => field ??= new JobTemplateSpec(); init; }

    [DefaultJson("3")]
    public int? SuccessfulJobsHistoryLimit { get; init; }

    [DefaultJson("1")]
    public int? FailedJobsHistoryLimit { get; init; }
}

/// <summary>The jobs to make.</summary>
public sealed record JobTemplateSpec : ApiType
{
    public ObjectMeta? Metadata { get; init; }

    public JobSpec Spec { get => field ??= new JobSpec(); init; }
}

/// <summary>What ran.</summary>
public sealed record CronJobStatus : ApiType
{
    public IReadOnlyList<ObjectReference>? Active { get; init; }

    public DateTimeOffset? LastScheduleTime { get; init; }

    public DateTimeOffset? LastSuccessfulTime { get; init; }
}
