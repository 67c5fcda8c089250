using System.Text.Json.Serialization;

namespace Hortus.Objects.Kubernetes;

/// <summary>A claim that must be renewed.</summary>
[KubernetesResource("coordination.k8s.io", "v1", "Lease", "leases")]
public sealed record Lease : KubernetesObject
{
    public LeaseSpec Spec { get => field ??= new LeaseSpec(); init; }
}

/// <summary>Who holds the claim.</summary>
public sealed record LeaseSpec : ApiType
{
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; init; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; init; }

    public int? LeaseTransitions { get; init; }

    public string? Strategy { get; init; }

    public string? PreferredHolder { get; init; }
}
