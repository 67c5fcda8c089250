using Microsoft.Extensions.Logging;

namespace Hortus.Oci;

/// <summary>
/// Contents in a folder by digest, <c>blobs/sha256/HEX</c>: whole or not there, also after a power cut, and hashed when they
/// are read. The ones not used for the longest time make way. A folder that cannot be used is told once and done without.
/// </summary>
internal sealed partial class DiskCache
{
    private const string TemporarySuffix = ".tmp";
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromHours(1);

    private readonly string folder;
    private readonly long bytesMax;
    private readonly TimeProvider clock;
    private readonly ILogger logger;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = [];
    private long bytes;
    private bool isBroken;

    /// <summary>Looks what is in the folder, and makes it when it is not there.</summary>
    public DiskCache(string cacheFolder, long bytesMax, TimeProvider clock, ILogger logger)
    {
        folder = Path.Combine(cacheFolder, "blobs", "sha256");
        this.bytesMax = bytesMax;
        this.clock = clock;
        this.logger = logger;
        Tried("open", Open);
    }

    /// <summary>Bytes of all files.</summary>
    public long Bytes
    {
        get
        {
            lock (gate)
            {
                return bytes;
            }
        }
    }

    /// <summary>Reads a content and hashes it; null when it is not there. One that was changed on the disk is removed.</summary>
    public async Task<byte[]?> FindAsync(string digest, CancellationToken cancellationToken)
    {
        var hex = HexOf(digest);
        lock (gate)
        {
            if (!entries.TryGetValue(hex, out var entry))
            {
                return null;
            }

            entry.Used = clock.GetUtcNow();
        }

        var path = PathOf(hex);
        try
        {
            var content = await File.ReadAllBytesAsync(path, cancellationToken);
            if (ContentDigest.Of(content) == digest)
            {
                // The next process learns from it what was used last.
                File.SetLastWriteTimeUtc(path, clock.GetUtcNow().UtcDateTime);
                return content;
            }

            LogCorrupt(path);
        }
        catch (FileNotFoundException)
        {
            // Another process with the same folder made room.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnusable("read", path, e.Message);
        }

        Remove(hex);
        return null;
    }

    /// <summary>Keeps a content; it lasts when the call has ended.</summary>
    public Task StoreAsync(string digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var hex = HexOf(digest);
        lock (gate)
        {
            if (isBroken || content.Length > bytesMax || entries.ContainsKey(hex))
            {
                return Task.CompletedTask;
            }
        }

        return Task.Run(
            () => Tried("write", () =>
            {
                Write(hex, content);
                Added(hex, content.Length);
            }),
            cancellationToken);
    }

    private void Open()
    {
        // Private charts are for nobody else on the machine.
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
        {
            if (file.Extension == TemporarySuffix)
            {
                // Of a process that ended while it wrote; a young one may belong to a process that still does.
                if (file.LastWriteTimeUtc < clock.GetUtcNow() - AbandonedAfter)
                {
                    file.Delete();
                }
            }
            else if (OciGrammar.DigestFault(ContentDigest.Prefix + file.Name) is null)
            {
                entries[file.Name] = new Entry(file.Length) { Used = file.LastWriteTimeUtc };
                bytes += file.Length;
            }
        }

        MakeRoom();
    }

    private void Write(string hex, ReadOnlyMemory<byte> content)
    {
        var temporary = Path.Combine(folder, $"{hex}.{Guid.NewGuid():n}{TemporarySuffix}");
        try
        {
            using (var file = File.OpenHandle(
                temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, preallocationSize: content.Length))
            {
                RandomAccess.Write(file, content.Span, 0);
                RandomAccess.FlushToDisk(file);
            }

            File.Move(temporary, PathOf(hex), overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private void Added(string hex, long length)
    {
        lock (gate)
        {
            if (entries.TryAdd(hex, new Entry(length) { Used = clock.GetUtcNow() }))
            {
                bytes += length;
            }
        }

        MakeRoom();
    }

    private void MakeRoom()
    {
        while (true)
        {
            string oldest;
            lock (gate)
            {
                if (bytes <= bytesMax || entries.Count == 0)
                {
                    return;
                }

                oldest = entries.MinBy(e => e.Value.Used).Key;
            }

            Remove(oldest);
        }
    }

    private void Remove(string hex)
    {
        lock (gate)
        {
            if (entries.Remove(hex, out var entry))
            {
                bytes -= entry.Bytes;
            }
        }

        try
        {
            File.Delete(PathOf(hex));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogUnusable("remove", PathOf(hex), e.Message);
        }
    }

    private void Tried(string what, Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            bool isFirst;
            lock (gate)
            {
                isFirst = !isBroken;
                isBroken |= what == "open";
            }

            if (isFirst)
            {
                LogUnusable(what, folder, e.Message);
            }
        }
    }

    private string PathOf(string hex) => Path.Combine(folder, hex);

    private static string HexOf(string digest) => digest[ContentDigest.Prefix.Length..];

    [LoggerMessage(3501, LogLevel.Warning, "the chart cache cannot {What} {Path}, and does without: {Reason}")]
    private partial void LogUnusable(string what, string path, string reason);

    [LoggerMessage(3502, LogLevel.Warning, "{Path} in the chart cache was changed on the disk; it is fetched anew")]
    private partial void LogCorrupt(string path);

    private sealed class Entry(long bytes)
    {
        public long Bytes => bytes;

        public DateTimeOffset Used { get; set; }
    }
}
