using System.Globalization;
using System.Text;

namespace Hortus.Kubelet.Server;

/// <summary>Which part of a log to give.</summary>
internal sealed record LogRequest
{
    public bool Follow { get; init; }

    public bool Timestamps { get; init; }

    public int? TailLines { get; init; }

    public DateTimeOffset? Since { get; init; }

    public long? LimitBytes { get; init; }
}

/// <summary>Reads container logs in the CRI format.</summary>
internal sealed class LogReader(string path, LogRequest request, TimeProvider time)
{
    private static readonly TimeSpan FollowPeriod = TimeSpan.FromMilliseconds(100);
    private long sent;

    /// <summary>Copies the wanted part; with follow until <paramref name="hasEnded"/> says that nothing more will
    /// come.</summary>
    public async Task CopyAsync(Stream target, Func<bool> hasEnded, CancellationToken cancellationToken)
    {
        var position = await CopyExistingAsync(target, cancellationToken);
        while (request.Follow && !IsFull)
        {
            var ended = hasEnded();
            var before = position;
            position = await CopyNewAsync(target, position, cancellationToken);
            if (position != before)
            {
                await target.FlushAsync(cancellationToken);
            }
            else if (ended)
            {
                return;
            }
            else
            {
                await Task.Delay(FollowPeriod, time, cancellationToken);
            }
        }
    }

    private bool IsFull => sent >= request.LimitBytes;

    private async Task<long> CopyExistingAsync(Stream target, CancellationToken cancellationToken)
    {
        var kept = new Queue<byte[]>();
        long position = 0;
        foreach (var file in new[] { path + ".1", path }.Where(File.Exists))
        {
            (var lines, position) = Read(file, 0);
            foreach (var line in lines)
            {
                kept.Enqueue(line);
                if (kept.Count > (request.TailLines ?? int.MaxValue))
                {
                    kept.Dequeue();
                }
            }
        }

        foreach (var line in kept)
        {
            await SendAsync(target, line, cancellationToken);
        }

        await target.FlushAsync(cancellationToken);
        return position;
    }

    private async Task<long> CopyNewAsync(Stream target, long position, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return position;
        }

        // A shorter file is a new one after a rotation.
        var (lines, next) = Read(path, new FileInfo(path).Length < position ? 0 : position);
        foreach (var line in lines)
        {
            await SendAsync(target, line, cancellationToken);
        }

        return next;
    }

    private async Task SendAsync(Stream target, byte[] line, CancellationToken cancellationToken)
    {
        var length = (int)Math.Min(line.Length, (request.LimitBytes ?? long.MaxValue) - sent);
        if (length > 0)
        {
            await target.WriteAsync(line.AsMemory(0, length), cancellationToken);
            sent += length;
        }
    }

    private (IReadOnlyList<byte[]> Lines, long Position) Read(string file, long position)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = position;
        var bytes = new byte[stream.Length - position];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        var lines = new List<byte[]>();
        var start = 0;
        int end;
        while ((end = bytes.AsSpan(start, read - start).IndexOf((byte)'\n')) >= 0)
        {
            if (Convert(bytes.AsSpan(start, end)) is { } line)
            {
                lines.Add(line);
            }

            start += end + 1;
        }

        return (lines, position + start);
    }

    private byte[]? Convert(ReadOnlySpan<byte> record)
    {
        // time SP stream SP tag SP text
        var time = record.IndexOf((byte)' ');
        var stream = time < 0 ? -1 : record[(time + 1)..].IndexOf((byte)' ') + time + 1;
        if (stream <= time || stream + 3 > record.Length)
        {
            return null;
        }

        if (request.Since is { } since &&
            DateTimeOffset.TryParse(
                Encoding.ASCII.GetString(
                    record[..time]), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) &&
            at < since)
        {
            return null;
        }

        var whole = record[stream + 1] == (byte)'F';
        var text = record[(stream + 3)..];
        byte[] prefix = request.Timestamps ? [.. record[..(time + 1)]] : [];
        return whole ? [.. prefix, .. text, (byte)'\n'] : [.. prefix, .. text];
    }
}
