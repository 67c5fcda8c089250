using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>The provider's own parts of a control plane.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "ControlPlane", "controlplanes",
    HasStatus = true, ShortNames = "cp")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the provider")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ControlPlane : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public ControlPlaneSpec Spec { get => field ??= new ControlPlaneSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public ControlPlaneStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new ControlPlaneStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) =>
        this with { Status = (ControlPlaneStatus)status };
}

/// <summary>The parts that are wanted.</summary>
public sealed record ControlPlaneSpec : DefaultSpec
{
    /// <summary>What the provider reported for the infrastructure.</summary>
    [PreserveUnknownFields]
    public JsonElement? InfrastructureProviderStatus { get; init; }

    /// <summary>Region of the infrastructure.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }

    /// <summary>Secret with access to the infrastructure.</summary>
    [Required]
    public SecretReference SecretRef { get => field ??= new SecretReference(); init; }
}

/// <summary>What became of the parts.</summary>
public sealed record ControlPlaneStatus : DefaultStatus
{
}
