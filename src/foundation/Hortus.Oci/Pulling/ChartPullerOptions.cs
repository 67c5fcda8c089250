namespace Hortus.Oci;

/// <summary>How charts are pulled and kept.</summary>
public sealed record ChartPullerOptions
{
    /// <summary>Folder for what is kept across restarts; null keeps it in memory only.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Most bytes of the folder's blobs. Default 1 GiB.</summary>
    public long DiskBytesMax { get; init; } = 1024L * 1024 * 1024;

    /// <summary>Most bytes in memory. Default 128 MiB.</summary>
    public long MemoryBytesMax { get; init; } = 128L * 1024 * 1024;

    /// <summary>Largest packed chart, in bytes. Default 32 MiB.</summary>
    public long ChartBytesMax { get; init; } = 32L * 1024 * 1024;

    /// <summary>How long it is not asked again what a tag stands for. Default 0: a tag that was moved is seen at the next
    /// pull.</summary>
    public TimeSpan TagFreshness { get; init; }

    /// <summary>Whether the chart that a tag stood for last is given while the registry does not answer. Default true.</summary>
    public bool UsesLastKnown { get; init; } = true;

    public RegistryOptions Registries { get; init; } = new();
}
