namespace Hortus.Objects.Kubernetes;

/// <summary>Keeps a number of equal pods running and replaces them step by step.</summary>
[KubernetesResource("apps", "v1", "Deployment", "deployments", ShortNames = "deploy", Categories = "all",
    HasStatus = true, HasScale = true)]
public sealed record Deployment : KubernetesObject
{
    public DeploymentSpec Spec { get => field ??= new DeploymentSpec(); init; }

    public DeploymentStatus Status { get => field ??= new DeploymentStatus(); init; }
}

/// <summary>What should run.</summary>
public sealed record DeploymentSpec : ApiType
{
    [DefaultJson("1")]
    public int? Replicas { get; init; }

    [Required]
    public LabelSelector Selector { get => field ??= new LabelSelector(); init; }

    [Required]
    public PodTemplateSpec Template { get => field ??= new PodTemplateSpec(); init; }

    [PatchStrategy(RetainKeys = true)]
    public DeploymentStrategy? Strategy { get; init; }

    public int? MinReadySeconds { get; init; }

    [DefaultJson("10")]
    public int? RevisionHistoryLimit { get; init; }

    public bool? Paused { get; init; }

    [DefaultJson("600")]
    public int? ProgressDeadlineSeconds { get; init; }
}

/// <summary>How pods are replaced.</summary>
public sealed record DeploymentStrategy : ApiType
{
    [DefaultJson("\"RollingUpdate\""), AllowedValues("Recreate", "RollingUpdate")]
    public string? Type { get; init; }

    public RollingUpdateDeployment? RollingUpdate { get; init; }
}

/// <summary>Bounds of a rolling update, as count or percentage.</summary>
public sealed record RollingUpdateDeployment : ApiType
{
    [DefaultJson("\"25%\"")]
    public IntOrString? MaxUnavailable { get; init; }

    [DefaultJson("\"25%\"")]
    public IntOrString? MaxSurge { get; init; }
}

/// <summary>What runs.</summary>
public sealed record DeploymentStatus : ApiType
{
    public long? ObservedGeneration { get; init; }

    public int? Replicas { get; init; }

    public int? UpdatedReplicas { get; init; }

    public int? ReadyReplicas { get; init; }

    public int? AvailableReplicas { get; init; }

    public int? UnavailableReplicas { get; init; }

    public int? TerminatingReplicas { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<DeploymentCondition>? Conditions { get; init; }

    public int? CollisionCount { get; init; }
}

/// <summary>One observation about a deployment.</summary>
public sealed record DeploymentCondition : ApiType, ICondition<DeploymentCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastUpdateTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    DeploymentCondition ICondition<DeploymentCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
