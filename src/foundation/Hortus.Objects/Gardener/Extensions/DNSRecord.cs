using System.Text.Json.Serialization;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>A DNS record.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "DNSRecord", "dnsrecords",
    HasStatus = true, ShortNames = "dns")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the provider")]
[PrinterColumn("Domain Name", "string", ".spec.name", Description = "name of the record")]
[PrinterColumn("Record Type", "string", ".spec.recordType", Description = "type of the record")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record DNSRecord : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public DNSRecordSpec Spec { get => field ??= new DNSRecordSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public DNSRecordStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new DNSRecordStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) => this with { Status = (DNSRecordStatus)status };
}

/// <summary>The record that is wanted.</summary>
public sealed record DNSRecordSpec : DefaultSpec
{
    /// <summary>Secret with access to the DNS provider.</summary>
    [Required]
    public SecretReference SecretRef { get => field ??= new SecretReference(); init; }

    /// <summary>Region of the provider.</summary>
    public string? Region { get; init; }

    /// <summary>The provider's zone; found by name when absent.</summary>
    public string? Zone { get; init; }

    /// <summary>Fully qualified name; fixed.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>A, AAAA, CNAME or TXT; fixed.</summary>
    [Required]
    public string RecordType { get => field ?? ""; init; }

    /// <summary>Addresses, target or texts.</summary>
    [Required]
    public IReadOnlyList<string> Values { get => field ??= []; init; }

    /// <summary>Time to live in seconds.</summary>
    public long? Ttl { get; init; }
}

/// <summary>What became of the record.</summary>
public sealed record DNSRecordStatus : DefaultStatus
{
    /// <summary>The zone that was used.</summary>
    public string? Zone { get; init; }
}
