using System.Text.Json.Serialization;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>Networks and other ground of a shoot on its infrastructure.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "Infrastructure", "infrastructures",
    HasStatus = true, ShortNames = "infra")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the provider")]
[PrinterColumn("Region", "string", ".spec.region", Description = "region of the infrastructure")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Infrastructure : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public InfrastructureSpec Spec { get => field ??= new InfrastructureSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public InfrastructureStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new InfrastructureStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) =>
        this with { Status = (InfrastructureStatus)status };
}

/// <summary>The infrastructure that is wanted.</summary>
public sealed record InfrastructureSpec : DefaultSpec
{
    /// <summary>Region of the infrastructure; fixed.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }

    /// <summary>Secret with access to the infrastructure.</summary>
    [Required]
    public SecretReference SecretRef { get => field ??= new SecretReference(); init; }

    /// <summary>Public key for the machines.</summary>
    public byte[]? SshPublicKey { get; init; }
}

/// <summary>What became of the infrastructure.</summary>
public sealed record InfrastructureStatus : DefaultStatus
{
    /// <summary>Network of the nodes; the older form of networking.nodes.</summary>
    public string? NodesCIDR { get; init; }

    /// <summary>Addresses from which the cluster reaches out.</summary>
    public IReadOnlyList<string>? EgressCIDRs { get; init; }

    /// <summary>Networks in use.</summary>
    public InfrastructureStatusNetworking? Networking { get; init; }
}

/// <summary>Networks of an infrastructure.</summary>
public sealed record InfrastructureStatusNetworking : ApiType
{
    /// <summary>Pod networks.</summary>
    public IReadOnlyList<string>? Pods { get; init; }

    /// <summary>Node networks.</summary>
    public IReadOnlyList<string>? Nodes { get; init; }

    /// <summary>Service networks.</summary>
    public IReadOnlyList<string>? Services { get; init; }
}
