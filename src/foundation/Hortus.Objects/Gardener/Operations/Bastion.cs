using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Operations;

/// <summary>Asks for a machine through which a person reaches the nodes of a shoot, for an hour unless it is kept alive.</summary>
[KubernetesResource("operations.gardener.cloud", "v1alpha1", "Bastion", "bastions", HasStatus = true)]
[PrinterColumn("Shoot", "string", ".spec.shootRef.name")]
[PrinterColumn("Seed", "string", ".spec.seedName")]
[PrinterColumn("Ready", "string", ".status.conditions[?(@.type==\"BastionReady\")].status")]
[PrinterColumn("IP", "string", ".status.ingress.ip")]
[PrinterColumn("Expires", "string", ".status.expirationTimestamp", Priority = 1)]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Bastion : KubernetesObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public BastionSpec Spec { get => field ??= new BastionSpec(); init; }

    /// <summary>What became of it.</summary>
    public BastionStatus? Status { get; init; }
}

/// <summary>For which shoot a bastion is, and who may use it.</summary>
public sealed record BastionSpec : ApiType
{
    /// <summary>The shoot, in the same namespace; fixed.</summary>
    [Required]
    public LocalObjectReference ShootRef { get => field ??= new LocalObjectReference(); init; }

    /// <summary>Seed of the shoot; filled in by the API server.</summary>
    public string? SeedName { get; init; }

    /// <summary>Provider of the shoot; filled in by the API server.</summary>
    public string? ProviderType { get; init; }

    /// <summary>The person's public key, a line as of <c>authorized_keys</c>; fixed.</summary>
    [Required]
    public string SshPublicKey { get => field ?? ""; init; }

    /// <summary>From where the bastion may be reached; at least one.</summary>
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

/// <summary>What became of a bastion.</summary>
public sealed record BastionStatus : ApiType
{
    /// <summary>Where it is reached.</summary>
    public LoadBalancerIngress? Ingress { get; init; }

    /// <summary>BastionReady.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>When somebody last asked to keep it.</summary>
    public DateTimeOffset? LastHeartbeatTimestamp { get; init; }

    /// <summary>After this time it is removed.</summary>
    public DateTimeOffset? ExpirationTimestamp { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }
}
