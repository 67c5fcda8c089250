using System.Globalization;
using System.Text;

namespace Hortus.Kubelet.Server;

/// <summary>One record of a log in the CRI format: <c>time stream tag text</c>.</summary>
/// <param name="Time">When it was printed, as it stands in the log.</param>
/// <param name="IsError">Whether it was printed to standard error.</param>
/// <param name="IsWhole">Whether it ends a line; otherwise the next record of its stream goes on with the line.</param>
/// <param name="Text">What was printed, without the end of the line.</param>
internal readonly record struct LogRecord(
    ReadOnlyMemory<byte> Time, bool IsError, bool IsWhole, ReadOnlyMemory<byte> Text)
{
    /// <summary>Reads a record; null when the bytes are none.</summary>
    public static LogRecord? Read(ReadOnlyMemory<byte> bytes)
    {
        var span = bytes.Span;
        var time = span.IndexOf((byte)' ');
        var stream = time < 0 ? -1 : span[(time + 1)..].IndexOf((byte)' ') + time + 1;
        return stream <= time || stream + 3 > span.Length
            ? null
            : new LogRecord(
                bytes[..time],
                span[(time + 1)..stream].SequenceEqual("stderr"u8),
                span[stream + 1] == (byte)'F',
                bytes[(stream + 3)..]);
    }

    /// <summary>Whether it was printed before a moment.</summary>
    public bool IsBefore(DateTimeOffset moment) => DateTimeOffset.TryParse(
        Encoding.ASCII.GetString(Time.Span), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
        && at < moment;
}

/// <summary>Reads the records of a log file one after the other.</summary>
internal static class LogRecords
{
    private const int BufferBytes = 64 * 1024;

    /// <summary>Gives all whole records from a position on.</summary>
    /// <param name="file">The log.</param>
    /// <param name="position">Where to begin.</param>
    /// <param name="take">Takes a record, which is valid only until it returns; false ends the reading.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Where the first record begins that was not given.</returns>
    public static async Task<long> ReadAsync(
        string file, long position, Func<LogRecord, ValueTask<bool>> take, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(
            file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        stream.Position = position;
        var buffer = new byte[BufferBytes];
        var length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
        {
            length += read;
            var start = 0;
            int end;
            while ((end = buffer.AsSpan(start, length - start).IndexOf((byte)'\n')) >= 0)
            {
                var record = LogRecord.Read(buffer.AsMemory(start, end));
                start += end + 1;
                position += end + 1;
                if (record is { } known && !await take(known))
                {
                    return position;
                }
            }

            if (start == 0 && length == buffer.Length)
            {
                // No record is that long: what is no log gives nothing.
                return position;
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
        }

        return position;
    }
}
