using System.Text.Json.Serialization;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>Anything that a cluster gets from an extension beyond the other kinds.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "Extension", "extensions",
    HasStatus = true, ShortNames = "ext")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the extension")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Extension : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public ExtensionSpec Spec { get => field ??= new ExtensionSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public ExtensionStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new ExtensionStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) => this with { Status = (ExtensionStatus)status };
}

/// <summary>What is wanted.</summary>
public sealed record ExtensionSpec : DefaultSpec
{
}

/// <summary>What became of it.</summary>
public sealed record ExtensionStatus : DefaultStatus
{
}
