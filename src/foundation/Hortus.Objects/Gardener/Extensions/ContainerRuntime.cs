using System.Text.Json.Serialization;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>A further container runtime for the nodes of a worker pool.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "ContainerRuntime", "containerruntimes",
    HasStatus = true, ShortNames = "cr")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the container runtime")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ContainerRuntime : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public ContainerRuntimeSpec Spec { get => field ??= new ContainerRuntimeSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public ContainerRuntimeStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new ContainerRuntimeStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) =>
        this with { Status = (ContainerRuntimeStatus)status };
}

/// <summary>The runtime that is wanted.</summary>
public sealed record ContainerRuntimeSpec : DefaultSpec
{
    /// <summary>Folder on the node for the runtime's programs.</summary>
    [Required]
    public string BinaryPath { get => field ?? ""; init; }

    /// <summary>The worker pool.</summary>
    [Required]
    public ContainerRuntimeWorkerPool WorkerPool { get => field ??= new ContainerRuntimeWorkerPool(); init; }
}

/// <summary>A worker pool and its nodes.</summary>
public sealed record ContainerRuntimeWorkerPool : ApiType
{
    /// <summary>Name of the pool.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Selects the nodes of the pool.</summary>
    [Required]
    public LabelSelector Selector { get => field ??= new LabelSelector(); init; }
}

/// <summary>What became of the runtime.</summary>
public sealed record ContainerRuntimeStatus : DefaultStatus
{
}
