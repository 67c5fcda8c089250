using System.Text.Json.Serialization;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>The pod network of a shoot.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "Network", "networks", HasStatus = true)]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the network")]
[PrinterColumn("Pod CIDR", "string", ".spec.podCIDR", Description = "network of the pods")]
[PrinterColumn("Service CIDR", "string", ".spec.serviceCIDR", Description = "network of the services")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Network : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public NetworkSpec Spec { get => field ??= new NetworkSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public NetworkStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new NetworkStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) => this with { Status = (NetworkStatus)status };
}

/// <summary>The pod network that is wanted.</summary>
public sealed record NetworkSpec : DefaultSpec
{
    /// <summary>Network of the pods; fixed.</summary>
    [Required]
    public string PodCIDR { get => field ?? ""; init; }

    /// <summary>Network of the services; fixed.</summary>
    [Required]
    public string ServiceCIDR { get => field ?? ""; init; }

    /// <summary>IPv4, IPv6 or both; IPv4 when absent.</summary>
    public IReadOnlyList<string>? IpFamilies { get; init; }
}

/// <summary>What became of the network.</summary>
public sealed record NetworkStatus : DefaultStatus
{
    /// <summary>IP families in use.</summary>
    public IReadOnlyList<string>? IpFamilies { get; init; }
}
