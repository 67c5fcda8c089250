using System.Text.Json.Serialization;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>A bucket for etcd backups that a provider makes.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "BackupBucket", "backupbuckets",
    Namespaced = false, HasStatus = true, ShortNames = "bb")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the provider")]
[PrinterColumn("Region", "string", ".spec.region", Description = "region of the bucket")]
[PrinterColumn("State", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record BackupBucket : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public BackupBucketSpec Spec { get => field ??= new BackupBucketSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public BackupBucketStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new BackupBucketStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) =>
        this with { Status = (BackupBucketStatus)status };
}

/// <summary>The bucket that is wanted.</summary>
public sealed record BackupBucketSpec : DefaultSpec
{
    /// <summary>Region of the bucket.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }

    /// <summary>Secret with access to the object store.</summary>
    [Required]
    public SecretReference SecretRef { get => field ??= new SecretReference(); init; }
}

/// <summary>What became of the bucket.</summary>
public sealed record BackupBucketStatus : DefaultStatus
{
    /// <summary>Secret with credentials made for this bucket.</summary>
    public SecretReference? GeneratedSecretRef { get; init; }
}
