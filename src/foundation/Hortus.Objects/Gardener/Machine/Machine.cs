using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Machine;

/// <summary>A machine that becomes a node.</summary>
[KubernetesResource("machine.sapcloud.io", "v1alpha1", "Machine", "machines", HasStatus = true, ShortNames = "mc")]
[PrinterColumn("Status", "string", ".status.currentStatus.phase", Description = "phase of the machine")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
[PrinterColumn("Node", "string", ".metadata.labels.node", Description = "node that runs on the machine")]
[PrinterColumn(
    "ProviderID", "string", ".spec.providerID", Priority = 1, Description = "the provider's identity of the machine")]
public sealed record Machine : KubernetesObject
{
    /// <summary>The machine that is wanted.</summary>
    public MachineSpec Spec { get => field ??= new MachineSpec(); init; }

    /// <summary>What became of it.</summary>
    public MachineStatus? Status { get; init; }
}

/// <summary>The machine that is wanted.</summary>
public sealed record MachineSpec : MachineConfiguration
{
    /// <summary>The class from which it is made.</summary>
    public ClassSpec Class { get => field ??= new ClassSpec(); init; }

    /// <summary>The provider's identity of the machine; set once it is made.</summary>
    public string? ProviderID { get; init; }

    /// <summary>Labels, annotations and taints of the node.</summary>
    public NodeTemplateSpec? NodeTemplate { get; init; }
}

/// <summary>Timings of a machine; durations such as 20m.</summary>
public abstract record MachineConfiguration : ApiType
{
    /// <summary>How long pods may take to leave.</summary>
    public string? DrainTimeout { get; init; }

    /// <summary>How long the machine may be unhealthy before it counts as failed.</summary>
    public string? HealthTimeout { get; init; }

    /// <summary>How long the machine may take to join.</summary>
    public string? CreationTimeout { get; init; }

    /// <summary>How long an update in place may take.</summary>
    public string? InPlaceUpdateTimeout { get; init; }

    /// <summary>Whether an unhealthy machine stays.</summary>
    public bool? DisableHealthTimeout { get; init; }

    /// <summary>How long a preserved machine stays.</summary>
    public string? MachinePreserveTimeout { get; init; }

    /// <summary>How often eviction of a pod is tried.</summary>
    public int? MaxEvictRetries { get; init; }

    /// <summary>Node conditions that make the machine unhealthy, separated by commas.</summary>
    public string? NodeConditions { get; init; }
}

/// <summary>Names a machine class.</summary>
public sealed record ClassSpec : ApiType
{
    /// <summary>Group of the class.</summary>
    public string? ApiGroup { get; init; }

    /// <summary>Kind of the class; MachineClass.</summary>
    public string? Kind { get; init; }

    /// <summary>Name of the class.</summary>
    public string? Name { get; init; }
}

/// <summary>Labels, annotations and taints of a node.</summary>
public sealed record NodeTemplateSpec : ApiType
{
    /// <summary>Labels and annotations.</summary>
    [PreserveUnknownFields]
    public ObjectMeta? Metadata { get; init; }

    /// <summary>Taints and the like.</summary>
    public NodeSpec? Spec { get; init; }
}

/// <summary>What became of a machine.</summary>
public sealed record MachineStatus : ApiType
{
    /// <summary>Addresses of the machine.</summary>
    public IReadOnlyList<NodeAddress>? Addresses { get; init; }

    /// <summary>Conditions of the node.</summary>
    public IReadOnlyList<NodeCondition>? Conditions { get; init; }

    /// <summary>The last operation.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>Where the machine stands.</summary>
    public CurrentStatus? CurrentStatus { get; init; }

    /// <summary>What the driver wants to remember.</summary>
    public string? LastKnownState { get; init; }
}

/// <summary>What was last done with a machine.</summary>
public sealed record LastOperation : ApiType
{
    /// <summary>What was done, or why it failed.</summary>
    public string? Description { get; init; }

    /// <summary>Code of the driver's fault.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>When it was last written.</summary>
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>Processing, Failed or Successful.</summary>
    public string? State { get; init; }

    /// <summary>Create, Update, InPlaceUpdate, HealthCheck, DrainNode or Delete.</summary>
    public string? Type { get; init; }
}

/// <summary>Where a machine stands.</summary>
public sealed record CurrentStatus : ApiType
{
    /// <summary>Pending, Available, Running, Terminating, Unknown, Failed, CrashLoopBackOff or one of the
    /// InPlaceUpdate phases.</summary>
    public string? Phase { get; init; }

    /// <summary>Whether a time limit runs.</summary>
    public bool? TimeoutActive { get; init; }

    /// <summary>When it was last written.</summary>
    public DateTimeOffset? LastUpdateTime { get; init; }

    /// <summary>Until when the machine is preserved.</summary>
    public DateTimeOffset? PreserveExpiryTime { get; init; }
}
