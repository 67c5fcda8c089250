using Hortus.Extensions;
using Hortus.Objects.Gardener;

namespace Hortus.ProviderLocal;

/// <summary>Settings of the extension for local machines.</summary>
public sealed record ProviderLocalOptions : ExtensionOptions
{
    /// <summary>Namespace of the ConfigMaps that hold the records of DNSRecords.</summary>
    public string DnsNamespace { get; init; } = GardenerNames.GardenNamespace;

    /// <summary>Folder of the backup buckets, as this process sees it.</summary>
    public string BackupPath { get; init; } = "/var/lib/hortus/backup-buckets";

    /// <summary>The same folder as nodes see it, told to those who write backups; the same path when absent.</summary>
    public string? BackupHostPath { get; init; }
}
