using Microsoft.Extensions.Logging;

namespace Hortus.Oci;

/// <summary>Where a content was found.</summary>
internal enum CacheLevel
{
    Memory,
    Disk,
}

/// <summary>Manifests and blobs by digest, in memory and on disk.</summary>
internal sealed class ContentCache
{
    private readonly MemoryCache memory;
    private readonly DiskCache? disk;

    public ContentCache(ChartPullerOptions options, TimeProvider clock, ILogger logger)
    {
        memory = new MemoryCache(options.MemoryBytesMax);
        disk = options.CacheFolder is null ? null : new DiskCache(options.CacheFolder, options.DiskBytesMax, clock, logger);
    }

    /// <summary>Bytes by level; no entry for a disk that is not used.</summary>
    public IEnumerable<(CacheLevel Level, long Bytes)> Bytes
    {
        get
        {
            yield return (CacheLevel.Memory, memory.Bytes);
            if (disk is not null)
            {
                yield return (CacheLevel.Disk, disk.Bytes);
            }
        }
    }

    public async ValueTask<(ReadOnlyMemory<byte> Content, CacheLevel Level)?> FindAsync(
        string digest, CancellationToken cancellationToken)
    {
        if (memory.TryGet(digest, out var held))
        {
            return (held.Value, CacheLevel.Memory);
        }

        if (disk is null || await disk.FindAsync(digest, cancellationToken) is not { } read)
        {
            return null;
        }

        memory.Add(digest, read);
        return (read, CacheLevel.Disk);
    }

    /// <summary>Keeps bytes whose digest was proven.</summary>
    public async Task StoreAsync(string digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        memory.Add(digest, content);
        if (disk is not null)
        {
            await disk.StoreAsync(digest, content, cancellationToken);
        }
    }
}
