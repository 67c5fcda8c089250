using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>A bucket for etcd backups.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "BackupBucket", "backupbuckets",
    Namespaced = false, HasStatus = true, ShortNames = "bbc")]
[PrinterColumn("Status", "string", ".status.lastOperation.state")]
[PrinterColumn("Region", "string", ".spec.provider.region")]
[PrinterColumn("Seed", "string", ".spec.seedName")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record BackupBucket : KubernetesObject
{
    /// <summary>Which bucket.</summary>
    public BackupBucketSpec Spec { get => field ??= new BackupBucketSpec(); init; }

    /// <summary>What became of it.</summary>
    public BackupBucketStatus? Status { get; init; }
}

/// <summary>A bucket for etcd backups.</summary>
public sealed record BackupBucketSpec : ApiType
{
    /// <summary>Provider and region of the bucket; fixed.</summary>
    [Required]
    public BackupBucketProvider Provider { get => field ??= new BackupBucketProvider(); init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>The seed that manages the bucket.</summary>
    public string? SeedName { get; init; }

    /// <summary>The self-hosted Shoot that manages the bucket.</summary>
    public ObjectReference? ShootRef { get; init; }

    /// <summary>Secret or WorkloadIdentity with access to the object store.</summary>
    public ObjectReference? CredentialsRef { get; init; }
}

/// <summary>Provider and region of a bucket.</summary>
public sealed record BackupBucketProvider : ApiType
{
    /// <summary>Type of the provider.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Region of the bucket.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }
}

/// <summary>What became of a bucket.</summary>
public sealed record BackupBucketStatus : ApiType
{
    /// <summary>What the provider extension reports.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderStatus { get; init; }

    /// <summary>The last operation.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>The last fault.</summary>
    public LastError? LastError { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>Secret with credentials made for this bucket.</summary>
    public SecretReference? GeneratedSecretRef { get; init; }

    /// <summary>Observations about the bucket.</summary>
    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<GardenerCondition>? Conditions { get; init; }
}

/// <summary>The part of a bucket that holds the backups of one cluster.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "BackupEntry", "backupentries",
    HasStatus = true, ShortNames = "bec")]
[PrinterColumn("Status", "string", ".status.lastOperation.state")]
[PrinterColumn("Bucket", "string", ".spec.bucketName")]
[PrinterColumn("Seed", "string", ".spec.seedName")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record BackupEntry : KubernetesObject
{
    /// <summary>Which part of which bucket.</summary>
    public BackupEntrySpec Spec { get => field ??= new BackupEntrySpec(); init; }

    /// <summary>What became of it.</summary>
    public BackupEntryStatus? Status { get; init; }
}

/// <summary>The part of a bucket for one cluster.</summary>
public sealed record BackupEntrySpec : ApiType
{
    /// <summary>Name of the BackupBucket.</summary>
    [Required]
    public string BucketName { get => field ?? ""; init; }

    /// <summary>The seed that manages the entry.</summary>
    public string? SeedName { get; init; }

    /// <summary>The self-hosted Shoot that manages the entry.</summary>
    public ObjectReference? ShootRef { get; init; }
}

/// <summary>What became of a backup entry.</summary>
public sealed record BackupEntryStatus : ApiType
{
    /// <summary>The last operation.</summary>
    public LastOperation? LastOperation { get; init; }

    /// <summary>The last fault.</summary>
    public LastError? LastError { get; init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }

    /// <summary>The seed that managed the entry last; differs from the spec during a move.</summary>
    public string? SeedName { get; init; }

    /// <summary>When a move to another seed began.</summary>
    public DateTimeOffset? MigrationStartTime { get; init; }
}
