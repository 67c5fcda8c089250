namespace Hortus.Kubelet.Server;

/// <summary>Which part of a log to give.</summary>
internal sealed record LogRequest
{
    public bool Follow { get; init; }

    public bool Timestamps { get; init; }

    /// <summary>Lines from the end; null for all.</summary>
    public int? TailLines { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>Most bytes to give; null for all.</summary>
    public long? LimitBytes { get; init; }

    /// <summary>True for standard error only, false for standard output only, null for both.</summary>
    public bool? Errors { get; init; }
}

/// <summary>Copies the wanted part of a container's log to a user.</summary>
internal sealed class LogReader(string path, LogRequest request, TimeProvider time)
{
    private const int BufferBytes = 32 * 1024;
    private static readonly TimeSpan FollowPeriod = TimeSpan.FromMilliseconds(100);
    private readonly MemoryStream waiting = new();
    private readonly bool[] isInsideLine = new bool[2];
    private readonly bool[] isWanted = new bool[2];
    private long skip;
    private long sent;

    /// <summary>Copies; with follow until <paramref name="hasEnded"/> says that nothing more will come.</summary>
    public async Task CopyAsync(Stream target, Func<bool> hasEnded, CancellationToken cancellationToken)
    {
        if (request.TailLines is { } tail)
        {
            skip = Math.Max(0, await CountAsync(cancellationToken) - tail);
        }

        var position = await CopyExistingAsync(target, cancellationToken);
        while (request.Follow && !IsFull)
        {
            var ended = hasEnded();
            var before = position;
            position = await CopyNewAsync(target, position, cancellationToken);
            if (position == before && ended)
            {
                return;
            }

            if (position == before)
            {
                await Task.Delay(FollowPeriod, time, cancellationToken);
            }
        }
    }

    private bool IsFull => sent >= request.LimitBytes;

    /// <summary>The log and, before it, what was cut off when it became too long.</summary>
    private IEnumerable<string> Files => new[] { path + ".1", path }.Where(File.Exists);

    private async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        long lines = 0;
        var inside = new bool[2];
        foreach (var file in Files)
        {
            await LogRecords.ReadAsync(file, 0, record =>
            {
                var stream = record.IsError ? 1 : 0;
                lines += !inside[stream] && IsAsked(record) ? 1 : 0;
                inside[stream] = !record.IsWhole;
                return ValueTask.FromResult(true);
            }, cancellationToken);
        }

        return lines;
    }

    private async Task<long> CopyExistingAsync(Stream target, CancellationToken cancellationToken)
    {
        long position = 0;
        foreach (var file in Files)
        {
            position = await CopyNewAsync(target, file, 0, cancellationToken);
        }

        return position;
    }

    private async Task<long> CopyNewAsync(Stream target, long position, CancellationToken cancellationToken) =>
        !File.Exists(path)
            ? position
            // A shorter file is a new one after a rotation.
            : await CopyNewAsync(
                target, path, new FileInfo(path).Length < position ? 0 : position, cancellationToken);

    private async Task<long> CopyNewAsync(
        Stream target, string file, long position, CancellationToken cancellationToken)
    {
        var next = await LogRecords.ReadAsync(file, position, async record =>
        {
            Take(record);
            if (waiting.Length >= BufferBytes)
            {
                await SendAsync(target, cancellationToken);
            }

            return !IsFull;
        }, cancellationToken);
        await SendAsync(target, cancellationToken);
        return next;
    }

    private bool IsAsked(LogRecord record) =>
        (request.Errors is null || request.Errors == record.IsError)
        && !(request.Since is { } since && record.IsBefore(since));

    private void Take(LogRecord record)
    {
        var stream = record.IsError ? 1 : 0;
        var begins = !isInsideLine[stream];
        isInsideLine[stream] = !record.IsWhole;
        if (begins)
        {
            isWanted[stream] = IsAsked(record) && --skip < 0;
        }

        if (!isWanted[stream])
        {
            return;
        }

        if (begins && request.Timestamps)
        {
            Add(record.Time.Span);
            Add(" "u8);
        }

        Add(record.Text.Span);
        Add(record.IsWhole ? "\n"u8 : []);
    }

    private void Add(ReadOnlySpan<byte> bytes)
    {
        var length = (int)Math.Min(bytes.Length, (request.LimitBytes ?? long.MaxValue) - sent);
        waiting.Write(bytes[..length]);
        sent += length;
    }

    private async Task SendAsync(Stream target, CancellationToken cancellationToken)
    {
        if (waiting.Length > 0)
        {
            await target.WriteAsync(waiting.GetBuffer().AsMemory(0, (int)waiting.Length), cancellationToken);
            await target.FlushAsync(cancellationToken);
            waiting.SetLength(0);
        }
    }
}
