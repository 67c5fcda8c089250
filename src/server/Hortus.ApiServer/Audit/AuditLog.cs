using System.Globalization;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Audit;

/// <summary>Where events go and how many old files are kept.</summary>
/// <param name="Path">File; <c>-</c> is standard output.</param>
/// <param name="SizeMax">Bytes after which a new file is begun; 0 for 100 MiB.</param>
/// <param name="BackupsMax">Old files kept; 0 for all.</param>
/// <param name="AgeMax">How long old files are kept; zero for ever.</param>
internal sealed record AuditLogOptions(string Path, long SizeMax, int BackupsMax, TimeSpan AgeMax);

/// <summary>
/// Writes audit events, one JSON text a line, to a file that is set aside when it is full. Requests wait when the disk does not
/// keep up, so that no event is lost and memory is bounded.
/// </summary>
internal sealed partial class AuditLog : IAsyncDisposable
{
    private const int WaitingMax = 1000;
    private const long SizeDefault = 100L * 1024 * 1024;
    private readonly AuditLogOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Channel<byte[]> waiting = Channel.CreateBounded<byte[]>(WaitingMax);
    private readonly Task writing;
    private Stream file;
    private long size;

    private AuditLog(AuditLogOptions options, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        file = Open();
        writing = Task.Run(WriteAllAsync);
    }

    /// <summary>Opens the file.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static AuditLog Open(AuditLogOptions options, TimeProvider time, ILogger logger)
    {
        try
        {
            return new AuditLog(options, time, logger);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new IOException($"--audit-log-path {options.Path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Writes one line; waits while too many are waiting.</summary>
    public async ValueTask WriteAsync(byte[] line)
    {
        try
        {
            await waiting.Writer.WriteAsync(line);
        }
        catch (ChannelClosedException)
        {
            // The server has stopped, and this request was cut off.
        }
    }

    /// <summary>Writes what waits and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        await writing;
        await file.DisposeAsync();
    }

    private async Task WriteAllAsync()
    {
        while (await waiting.Reader.WaitToReadAsync())
        {
            try
            {
                while (waiting.Reader.TryRead(out var line))
                {
                    if (size > 0 && size + line.Length > (options.SizeMax > 0 ? options.SizeMax : SizeDefault))
                    {
                        await RotateAsync();
                    }

                    await file.WriteAsync(line);
                    size += line.Length;
                }

                await file.FlushAsync();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogWriteFailed(logger, e, options.Path);
            }
        }
    }

    private Stream Open()
    {
        if (options.Path == "-")
        {
            return Console.OpenStandardOutput();
        }

        if (Path.GetDirectoryName(Path.GetFullPath(options.Path)) is { } folder)
        {
            Directory.CreateDirectory(folder);
        }

        var opened = new FileStream(options.Path, new FileStreamOptions
        {
            Mode = FileMode.Append,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        size = opened.Length;
        return opened;
    }

    private async Task RotateAsync()
    {
        if (options.Path == "-")
        {
            size = 0;
            return;
        }

        await file.DisposeAsync();
        var (stem, extension) = (Path.ChangeExtension(options.Path, null), Path.GetExtension(options.Path));
        var stamp = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH-mm-ss.fff", CultureInfo.InvariantCulture);
        var backup = $"{stem}-{stamp}{extension}";
        for (var i = 1; File.Exists(backup); i++)
        {
            backup = $"{stem}-{stamp}.{i}{extension}";
        }

        File.Move(options.Path, backup);
        file = Open();
        RemoveOld(stem, extension);
    }

    private void RemoveOld(string stem, string extension)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(stem))!;
        var oldest = time.GetUtcNow() - options.AgeMax;
        var backups = Directory.EnumerateFiles(folder, $"{Path.GetFileName(stem)}-*{extension}")
            .OrderDescending(StringComparer.Ordinal).ToList();
        for (var i = 0; i < backups.Count; i++)
        {
            if ((options.BackupsMax > 0 && i >= options.BackupsMax)
                || (options.AgeMax > TimeSpan.Zero && File.GetLastWriteTimeUtc(backups[i]) < oldest.UtcDateTime))
            {
                File.Delete(backups[i]);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "audit events cannot be written to {Path}")]
    private static partial void LogWriteFailed(ILogger logger, Exception error, string path);
}
