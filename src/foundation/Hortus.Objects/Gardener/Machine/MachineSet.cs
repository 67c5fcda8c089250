using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Machine;

/// <summary>Keeps a number of like machines.</summary>
[KubernetesResource("machine.sapcloud.io", "v1alpha1", "MachineSet", "machinesets",
    HasStatus = true, HasScale = true, ShortNames = "mcs")]
[PrinterColumn("Desired", "integer", ".spec.replicas", Description = "machines that are wanted")]
[PrinterColumn("Current", "integer", ".status.replicas", Description = "machines that exist")]
[PrinterColumn("Ready", "integer", ".status.readyReplicas", Description = "machines whose node is ready")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record MachineSet : KubernetesObject
{
    /// <summary>The machines that are wanted.</summary>
    public MachineSetSpec Spec { get => field ??= new MachineSetSpec(); init; }

    /// <summary>The machines there are.</summary>
    public MachineSetStatus? Status { get; init; }
}

/// <summary>Machines that are wanted.</summary>
public sealed record MachineSetSpec : ApiType
{
    /// <summary>Their number.</summary>
    public int? Replicas { get; init; }

    /// <summary>Selects the machines.</summary>
    public LabelSelector? Selector { get; init; }

    /// <summary>Older form of the template's class.</summary>
    public ClassSpec? MachineClass { get; init; }

    /// <summary>From what they are made.</summary>
    public MachineTemplateSpec? Template { get; init; }

    /// <summary>Seconds a machine must be ready to count as available.</summary>
    public int? MinReadySeconds { get; init; }

    /// <summary>Failed machines that are preserved without asking.</summary>
    public int? AutoPreserveFailedMachineMax { get; init; }
}

/// <summary>From what machines are made.</summary>
public sealed record MachineTemplateSpec : ApiType
{
    /// <summary>Labels and annotations.</summary>
    [PreserveUnknownFields]
    public ObjectMeta Metadata { get => field ??= new ObjectMeta(); init; }

    /// <summary>The machine.</summary>
    public MachineSpec Spec { get => field ??= new MachineSpec(); init; }
}

/// <summary>Machines there are.</summary>
public sealed record MachineSetStatus : ApiType
{
    /// <summary>Their number.</summary>
    public int Replicas { get; init; }

    /// <summary>Those with all labels of the template.</summary>
    public int? FullyLabeledReplicas { get; init; }

    /// <summary>Those whose node is ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Those that have been ready long enough.</summary>
    public int? AvailableReplicas { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Observations.</summary>
    public IReadOnlyList<MachineSetCondition>? MachineSetCondition { get; init; }

    /// <summary>The last operation.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>Machines that failed.</summary>
    public IReadOnlyList<MachineSummary>? FailedMachines { get; init; }

    /// <summary>Failed machines that were preserved without asking.</summary>
    public int? AutoPreserveFailedMachineCount { get; init; }

    /// <summary>Failed machines that are preserved.</summary>
    public int? PreservedFailedReplicas { get; init; }
}

/// <summary>An observation about a machine set.</summary>
public sealed record MachineSetCondition : ApiType
{
    /// <summary>What is observed.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>True, False or Unknown.</summary>
    [Required]
    public string Status { get => field ?? ""; init; }

    /// <summary>When the status last changed.</summary>
    public DateTimeOffset? LastTransitionTime { get; init; }

    /// <summary>One word for the state.</summary>
    public string? Reason { get; init; }

    /// <summary>The state for a person.</summary>
    public string? Message { get; init; }
}

/// <summary>A machine that failed.</summary>
public sealed record MachineSummary : ApiType
{
    /// <summary>Name of the machine.</summary>
    public string? Name { get; init; }

    /// <summary>The provider's identity of the machine.</summary>
    public string? ProviderID { get; init; }

    /// <summary>The last operation.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>Owner of the machine.</summary>
    public string? OwnerRef { get; init; }
}
