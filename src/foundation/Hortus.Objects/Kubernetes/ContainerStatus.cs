namespace Hortus.Objects.Kubernetes;

/// <summary>What the kubelet reports about one container.</summary>
public sealed record ContainerStatus : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    public ContainerState? State { get; init; }

    /// <summary>The state before the last restart.</summary>
    public ContainerState? LastState { get; init; }

    [Required]
    public bool Ready { get; init; }

    [Required]
    public int RestartCount { get; init; }

    [Required]
    public string Image { get => field ?? ""; init; }

    [Required]
    public string ImageID { get => field ?? ""; init; }

    /// <summary><c>runtime://id</c>.</summary>
    public string? ContainerID { get; init; }

    public bool? Started { get; init; }

    public IReadOnlyDictionary<string, Quantity>? AllocatedResources { get; init; }

    public ResourceRequirements? Resources { get; init; }
}

/// <summary>Exactly one of the members is set; none means waiting.</summary>
public sealed record ContainerState : ApiType
{
    public ContainerStateWaiting? Waiting { get; init; }

    public ContainerStateRunning? Running { get; init; }

    public ContainerStateTerminated? Terminated { get; init; }
}

/// <summary>The container has not started yet.</summary>
public sealed record ContainerStateWaiting : ApiType
{
    public string? Reason { get; init; }

    public string? Message { get; init; }
}

/// <summary>The container runs.</summary>
public sealed record ContainerStateRunning : ApiType
{
    public DateTimeOffset? StartedAt { get; init; }
}

/// <summary>The container ended.</summary>
public sealed record ContainerStateTerminated : ApiType
{
    [Required]
    public int ExitCode { get; init; }

    public int? Signal { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public string? ContainerID { get; init; }
}
