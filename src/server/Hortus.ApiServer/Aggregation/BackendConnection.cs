using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Hortus.ApiServer.Aggregation;

/// <summary>One connection to another server, for one HTTP/1.1 exchange at a time.</summary>
internal sealed class BackendConnection(Socket socket, Stream stream, DateTimeOffset usedAt) : IAsyncDisposable
{
    private const int BufferBytes = 16 * 1024;
    private const int HeadBytesMax = 64 * 1024;

    private readonly byte[] buffer = new byte[BufferBytes];
    private int start;
    private int end;

    /// <summary>When the last exchange ended.</summary>
    public DateTimeOffset UsedAt { get; set; } = usedAt;

    /// <summary>The certificate that this side has shown; null for none.</summary>
    public X509Certificate2? Identity { get; init; }

    /// <summary>Called once when the connection is closed, whoever closes it.</summary>
    public Action<BackendConnection> OnClosed { get; init; } = static _ => { };

    /// <summary>The encrypted stream.</summary>
    public Stream Stream => stream;

    /// <summary>Whether the other side has kept it open and has said nothing that nobody asked for.</summary>
    public bool IsIdle => start == end && !socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Sends a request and reads the head of its answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="release">Called when the body was read to its end and the connection can be used again.</param>
    /// <param name="cancellationToken">Ends the wait; the connection is of no use then.</param>
    /// <exception cref="IOException">The connection broke, or what came is no HTTP.</exception>
    public async Task<BackendResponse> SendAsync(
        BackendRequest request, Action<BackendConnection> release, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(request.Head(), cancellationToken);
        if (request.Body.Length > 0)
        {
            await stream.WriteAsync(request.Body, cancellationToken);
        }

        await stream.FlushAsync(cancellationToken);
        while (true)
        {
            var (code, headers) = ParseHead(await ReadHeadAsync(cancellationToken));
            if (code is >= 200 or 101)
            {
                var body = new BackendBody(this, LengthOf(request, code, headers), KeptBy(headers, release));
                return new BackendResponse(code, headers, body);
            }
        }
    }

    /// <summary>Bytes of the answer as they come; 0 at the end of the connection.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        if (start == end)
        {
            if (into.Length >= BufferBytes)
            {
                return await stream.ReadAsync(into, cancellationToken);
            }

            await FillAsync(cancellationToken);
        }

        var count = Math.Min(into.Length, end - start);
        buffer.AsMemory(start, count).CopyTo(into);
        start += count;
        return count;
    }

    /// <summary>A line without its end.</summary>
    /// <exception cref="IOException">The connection ended, or the line is too long.</exception>
    public async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>(64);
        while (line.Count < HeadBytesMax)
        {
            if (start == end && !await FillAsync(cancellationToken))
            {
                throw new IOException(line.Count == 0 ? "the server closed the connection" : "the answer ends in the middle");
            }

            var octet = buffer[start++];
            if (octet == '\n')
            {
                return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
            }

            line.Add(octet);
        }

        throw new IOException("the answer has too long a line");
    }

    public async ValueTask DisposeAsync()
    {
        OnClosed(this);
        await stream.DisposeAsync();
        socket.Dispose();
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        start = 0;
        end = await stream.ReadAsync(buffer, cancellationToken);
        return end > 0;
    }

    private async ValueTask<List<string>> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        var size = 0;
        while (await ReadLineAsync(cancellationToken) is { Length: > 0 } line)
        {
            lines.Add(line);
            size += line.Length;
            if (size > HeadBytesMax)
            {
                throw new IOException("the head of the answer is too large");
            }
        }

        return lines;
    }

    private static (int Code, List<(string Name, string Value)> Headers) ParseHead(List<string> lines)
    {
        if (lines is not [var first, .. var rest] || first.Split(' ') is not ["HTTP/1.1" or "HTTP/1.0", var code, ..]
            || !int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new IOException("the server does not speak HTTP/1.1");
        }

        var headers = new List<(string Name, string Value)>();
        foreach (var line in rest)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers.Add(colon > 0
                ? (line[..colon], line[(colon + 1)..].Trim())
                : throw new IOException("the answer has a header line without a colon"));
        }

        return (status, headers);
    }

    private static string? Find(List<(string Name, string Value)> headers, string name) =>
        headers.Find(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static Action<BackendConnection>? KeptBy(
        List<(string Name, string Value)> headers, Action<BackendConnection> release) =>
        string.Equals(Find(headers, "Connection"), "close", StringComparison.OrdinalIgnoreCase) ? null : release;

    private static BodyLength LengthOf(BackendRequest request, int code, List<(string Name, string Value)> headers)
    {
        if (code == 101)
        {
            return BodyLength.Open;
        }

        if (request.Method == "HEAD" || code is 204 or 304)
        {
            return BodyLength.Of(0);
        }

        if (Find(headers, "Transfer-Encoding") is { } encoding)
        {
            return encoding.Contains("chunked", StringComparison.OrdinalIgnoreCase)
                ? BodyLength.Chunked
                : throw new IOException($"the answer has the transfer encoding {encoding}");
        }

        return Find(headers, "Content-Length") is { } length
            ? BodyLength.Of(long.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
                ? count
                : throw new IOException($"the answer has the length {length}"))
            : BodyLength.Open;
    }
}

/// <summary>How the end of a body is known.</summary>
/// <param name="IsChunked">Pieces say their length.</param>
/// <param name="Count">Bytes; -1 is until the connection ends.</param>
internal readonly record struct BodyLength(bool IsChunked, long Count)
{
    public static BodyLength Chunked => new(true, 0);

    public static BodyLength Open => new(false, -1);

    public static BodyLength Of(long count) => new(false, count);
}
