namespace Hortus.Objects.Gardener.Machine;

/// <summary>Keeps a number of like machines and replaces them step by step when they change.</summary>
[KubernetesResource("machine.sapcloud.io", "v1alpha1", "MachineDeployment", "machinedeployments",
    HasStatus = true, HasScale = true, ShortNames = "mcd")]
[PrinterColumn("Ready", "integer", ".status.readyReplicas", Description = "machines whose node is ready")]
[PrinterColumn("Desired", "integer", ".spec.replicas", Description = "machines that are wanted")]
[PrinterColumn(
    "Up-to-date", "integer", ".status.updatedReplicas", Description = "machines made from the present template")]
[PrinterColumn(
    "Available", "integer", ".status.availableReplicas", Description = "machines that have been ready long enough")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record MachineDeployment : KubernetesObject
{
    /// <summary>The machines that are wanted.</summary>
    public MachineDeploymentSpec Spec { get => field ??= new MachineDeploymentSpec(); init; }

    /// <summary>The machines there are.</summary>
    public MachineDeploymentStatus? Status { get; init; }
}

/// <summary>Machines that are wanted.</summary>
public sealed record MachineDeploymentSpec : ApiType
{
    /// <summary>Their number.</summary>
    public int? Replicas { get; init; }

    /// <summary>Selects the machines.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>From what they are made.</summary>
    [Required]
    public MachineTemplateSpec Template { get => field ??= new MachineTemplateSpec(); init; }

    /// <summary>How they are replaced.</summary>
    public MachineDeploymentStrategy? Strategy { get; init; }

    /// <summary>Seconds a machine must be ready to count as available.</summary>
    public int? MinReadySeconds { get; init; }

    /// <summary>Number of old machine sets kept.</summary>
    public int? RevisionHistoryLimit { get; init; }

    /// <summary>Whether nothing is changed.</summary>
    public bool? Paused { get; init; }

    /// <summary>Revision to go back to.</summary>
    public RollbackConfig? RollbackTo { get; init; }

    /// <summary>Seconds without progress after which the update counts as stuck.</summary>
    public int? ProgressDeadlineSeconds { get; init; }

    /// <summary>Failed machines that are preserved without asking.</summary>
    public int? AutoPreserveFailedMachineMax { get; init; }
}

/// <summary>How machines are replaced.</summary>
public sealed record MachineDeploymentStrategy : ApiType
{
    /// <summary>RollingUpdate, InPlaceUpdate or Recreate.</summary>
    public string? Type { get; init; }

    /// <summary>Bounds of a rolling update.</summary>
    public RollingUpdateMachineDeployment? RollingUpdate { get; init; }

    /// <summary>Bounds of an update in place.</summary>
    public InPlaceUpdateMachineDeployment? InPlaceUpdate { get; init; }
}

/// <summary>Bounds of an update.</summary>
public abstract record UpdateConfiguration : ApiType
{
    /// <summary>Machines that may be missing.</summary>
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Machines made beyond the wanted number.</summary>
    public IntOrString? MaxSurge { get; init; }
}

/// <summary>Bounds of a rolling update.</summary>
public sealed record RollingUpdateMachineDeployment : UpdateConfiguration
{
}

/// <summary>Bounds of an update in place.</summary>
public sealed record InPlaceUpdateMachineDeployment : UpdateConfiguration
{
    /// <summary>Auto or Manual.</summary>
    public string? OrchestrationType { get; init; }
}

/// <summary>Revision to go back to.</summary>
public sealed record RollbackConfig : ApiType
{
    /// <summary>The revision; 0 means the one before.</summary>
    public long? Revision { get; init; }
}

/// <summary>Machines there are.</summary>
public sealed record MachineDeploymentStatus : ApiType
{
    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Their number.</summary>
    public int? Replicas { get; init; }

    /// <summary>Those made from the present template.</summary>
    public int? UpdatedReplicas { get; init; }

    /// <summary>Those whose node is ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Those that have been ready long enough.</summary>
    public int? AvailableReplicas { get; init; }

    /// <summary>Those that are missing.</summary>
    public int? UnavailableReplicas { get; init; }

    /// <summary>Available, Progressing, ReplicaFailure, Frozen.</summary>
    public IReadOnlyList<MachineDeploymentCondition>? Conditions { get; init; }

    /// <summary>Name collisions of machine sets.</summary>
    public int? CollisionCount { get; init; }

    /// <summary>Machines that failed.</summary>
    public IReadOnlyList<MachineSummary>? FailedMachines { get; init; }

    /// <summary>Failed machines that are preserved.</summary>
    public int? PreservedFailedReplicas { get; init; }
}

/// <summary>An observation about a machine deployment.</summary>
public sealed record MachineDeploymentCondition : ApiType
{
    /// <summary>What is observed.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>True, False or Unknown.</summary>
    [Required]
    public string Status { get => field ?? ""; init; }

    /// <summary>When it was last written.</summary>
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>When the status last changed.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word for the state.</summary>
    public string? Reason { get; init; }

    /// <summary>The state for a person.</summary>
    public string? Message { get; init; }
}
