using System.Text.Json.Serialization;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>A machine through which a person reaches the nodes of a shoot.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "Bastion", "bastions", HasStatus = true)]
[PrinterColumn("IP", "string", ".status.ingress.ip", Description = "address of the bastion")]
[PrinterColumn("Hostname", "string", ".status.ingress.hostname", Description = "name of the bastion")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Bastion : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public BastionSpec Spec { get => field ??= new BastionSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public BastionStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new BastionStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) => this with { Status = (BastionStatus)status };
}

/// <summary>The bastion that is wanted.</summary>
public sealed record BastionSpec : DefaultSpec
{
    /// <summary>What the machine runs at its start.</summary>
    [Required]
    public byte[] UserData { get => field ?? []; init; }

    /// <summary>From where it may be reached.</summary>
    [Required]
    public IReadOnlyList<BastionIngressPolicy> Ingress { get => field ??= []; init; }
}

/// <summary>A range from which a bastion may be reached.</summary>
public sealed record BastionIngressPolicy : ApiType
{
    /// <summary>The range.</summary>
    [Required]
    public IPBlock IpBlock { get => field ??= new IPBlock(); init; }
}

/// <summary>What became of the bastion.</summary>
public sealed record BastionStatus : DefaultStatus
{
    /// <summary>Where it is reached.</summary>
    public LoadBalancerIngress? Ingress { get; init; }
}
