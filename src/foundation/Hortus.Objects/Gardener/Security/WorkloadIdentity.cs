using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Security;

/// <summary>An identity with which controllers reach an infrastructure without fixed credentials.</summary>
[KubernetesResource("security.gardener.cloud", "v1alpha1", "WorkloadIdentity", "workloadidentities",
    ShortNames = "wi")]
[PrinterColumn("Target System", "string", ".spec.targetSystem.type")]
[PrinterColumn("Subject", "string", ".status.sub")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record WorkloadIdentity : KubernetesObject
{
    /// <summary>For whom the identity is.</summary>
    public WorkloadIdentitySpec Spec { get => field ??= new WorkloadIdentitySpec(); init; }

    /// <summary>What the API server filled in.</summary>
    public WorkloadIdentityStatus? Status { get; init; }
}

/// <summary>For whom an identity is.</summary>
public sealed record WorkloadIdentitySpec : ApiType
{
    /// <summary>Audiences of the identity's tokens.</summary>
    [Required]
    public IReadOnlyList<string> Audiences { get => field ??= []; init; }

    /// <summary>The infrastructure.</summary>
    [Required]
    public TargetSystem TargetSystem { get => field ??= new TargetSystem(); init; }
}

/// <summary>An infrastructure that trusts the garden's tokens.</summary>
public sealed record TargetSystem : ApiType
{
    /// <summary>Provider type.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Configuration for the provider.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }
}

/// <summary>What the API server filled in.</summary>
public sealed record WorkloadIdentityStatus : ApiType
{
    /// <summary>Subject of the tokens; fixed.</summary>
    public string Sub { get => field ?? ""; init; }

    /// <summary>Issuer of the tokens.</summary>
    public string? Issuer { get; init; }
}
