using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>The part of a bucket for one cluster.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "BackupEntry", "backupentries",
    Namespaced = false, HasStatus = true, ShortNames = "be")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the provider")]
[PrinterColumn("Region", "string", ".spec.region", Description = "region of the bucket")]
[PrinterColumn("Bucket", "string", ".spec.bucketName", Description = "name of the bucket")]
[PrinterColumn("State", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record BackupEntry : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public BackupEntrySpec Spec { get => field ??= new BackupEntrySpec(); init; }

    /// <summary>What the extension reports.</summary>
    public BackupEntryStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new BackupEntryStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) =>
        this with { Status = (BackupEntryStatus)status };
}

/// <summary>The part that is wanted.</summary>
public sealed record BackupEntrySpec : DefaultSpec
{
    /// <summary>What the provider reported for the bucket.</summary>
    [PreserveUnknownFields]
    public JsonElement? BackupBucketProviderStatus { get; init; }

    /// <summary>Region of the bucket.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }

    /// <summary>Name of the bucket.</summary>
    [Required]
    public string BucketName { get => field ?? ""; init; }

    /// <summary>Secret with access to the object store.</summary>
    [Required]
    public SecretReference SecretRef { get => field ??= new SecretReference(); init; }
}

/// <summary>What became of the entry.</summary>
public sealed record BackupEntryStatus : DefaultStatus
{
}
