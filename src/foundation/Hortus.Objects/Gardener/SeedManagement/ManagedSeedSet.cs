using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.SeedManagement;

/// <summary>Keeps a number of shoots that are used as seeds and are alike.</summary>
[KubernetesResource("seedmanagement.gardener.cloud", "v1alpha1", "ManagedSeedSet", "managedseedsets", HasStatus = true,
    ShortNames = "mss")]
[PrinterColumn("Ready", "integer", ".status.readyReplicas")]
[PrinterColumn("Replicas", "integer", ".status.replicas")]
[PrinterColumn("Desired", "integer", ".spec.replicas")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record ManagedSeedSet : KubernetesObject
{
    /// <summary>What is wanted.</summary>
    public ManagedSeedSetSpec Spec { get => field ??= new ManagedSeedSetSpec(); init; }

    /// <summary>How far it is.</summary>
    public ManagedSeedSetStatus? Status { get; init; }
}

/// <summary>How many seeds, and how they are made.</summary>
public sealed record ManagedSeedSetSpec : ApiType
{
    /// <summary>How many; 1 when absent.</summary>
    public int? Replicas { get; init; }

    /// <summary>Which ManagedSeeds and Shoots belong to the set; matches the labels of both templates; fixed.</summary>
    [Required]
    public LabelSelector Selector { get => field ??= new LabelSelector(); init; }

    /// <summary>What the ManagedSeeds are made from.</summary>
    [Required]
    public ManagedSeedTemplate Template { get => field ??= new ManagedSeedTemplate(); init; }

    /// <summary>What their Shoots are made from.</summary>
    [Required]
    public ShootTemplate ShootTemplate { get => field ??= new ShootTemplate(); init; }

    /// <summary>How changes reach the replicas.</summary>
    public ManagedSeedSetUpdateStrategy? UpdateStrategy { get; init; }

    /// <summary>How many former revisions are kept; 10 when absent; fixed.</summary>
    public int? RevisionHistoryLimit { get; init; }
}

/// <summary>What a ManagedSeed is made from.</summary>
public sealed record ManagedSeedTemplate : ApiType
{
    /// <summary>Labels and annotations.</summary>
    public ObjectMeta Metadata { get => field ??= new ObjectMeta(); init; }

    /// <summary>The seed; its shoot is named by the set.</summary>
    public ManagedSeedSpec Spec { get => field ??= new ManagedSeedSpec(); init; }
}

/// <summary>How changes reach the replicas of a set.</summary>
public sealed record ManagedSeedSetUpdateStrategy : ApiType
{
    /// <summary>RollingUpdate, which is the default.</summary>
    public string? Type { get; init; }

    /// <summary>Settings of RollingUpdate.</summary>
    public ManagedSeedSetRollingUpdate? RollingUpdate { get; init; }
}

/// <summary>Settings of a rolling update.</summary>
public sealed record ManagedSeedSetRollingUpdate : ApiType
{
    /// <summary>Replicas of lower ordinals are left alone; 0 when absent.</summary>
    public int? Partition { get; init; }
}

/// <summary>How far a set is.</summary>
public sealed record ManagedSeedSetStatus : ApiType
{
    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>How many there are.</summary>
    public int? Replicas { get; init; }

    /// <summary>How many of them are ready.</summary>
    public int? ReadyReplicas { get; init; }

    /// <summary>Ordinal of the replica that is made next.</summary>
    public int? NextReplicaNumber { get; init; }

    /// <summary>How many are of the current revision.</summary>
    public int? CurrentReplicas { get; init; }

    /// <summary>How many are of the revision that is rolled out.</summary>
    public int? UpdatedReplicas { get; init; }

    /// <summary>The current revision.</summary>
    public string? CurrentRevision { get; init; }

    /// <summary>The revision that is rolled out.</summary>
    public string? UpdateRevision { get; init; }

    /// <summary>How often two revisions had one hash.</summary>
    public int? CollisionCount { get; init; }

    /// <summary>Observations.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }

    /// <summary>The replica that is waited for.</summary>
    public ManagedSeedSetPendingReplica? PendingReplica { get; init; }
}

/// <summary>A replica that is waited for.</summary>
public sealed record ManagedSeedSetPendingReplica : ApiType
{
    /// <summary>Its name.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Why, for example ShootReconciling.</summary>
    [Required]
    public string Reason { get => field ?? ""; init; }

    /// <summary>Since when.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>How often the operation of the shoot was tried again.</summary>
    public int? Retries { get; init; }
}
