using System.Text;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Aggregation;

/// <summary>A request to another server, header line by header line.</summary>
/// <remarks>
/// The platform's client joins values of one name into one line. Front proxies name each group in a line of its own, because
/// names of groups may hold commas; so requests to other API servers are written here.
/// </remarks>
/// <param name="method">HTTP method.</param>
/// <param name="target">Path and query.</param>
/// <param name="host">Name of the server.</param>
internal sealed class BackendRequest(string method, string target, string host)
{
    private readonly StringBuilder head = new($"{method} {target} HTTP/1.1\r\nHost: {host}\r\n");

    public string Method => method;

    /// <summary>Empty when there is none.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Adds a header line.</summary>
    /// <exception cref="ApiStatusException">400: the value cannot be part of a header.</exception>
    public void Add(string name, string value)
    {
        if (value.Any(char.IsControl))
        {
            throw ApiErrors.BadRequest($"the value of header {name} holds a control character");
        }

        head.Append(name).Append(": ").Append(value).Append("\r\n");
    }

    /// <summary>What is sent before the body.</summary>
    public byte[] Head()
    {
        var length = Body.Length > 0 || Method is "POST" or "PUT" or "PATCH" ? $"Content-Length: {Body.Length}\r\n" : "";
        return Encoding.UTF8.GetBytes($"{head}{length}\r\n");
    }
}

/// <summary>The answer of another server; dispose it to give its connection back or, when it was not read to the end, up.</summary>
internal sealed class BackendResponse(
    int statusCode, IReadOnlyList<(string Name, string Value)> headers, Stream body) : IAsyncDisposable
{
    public int StatusCode => statusCode;

    public bool IsSuccess => statusCode is >= 200 and < 300;

    public IReadOnlyList<(string Name, string Value)> Headers => headers;

    /// <summary>The body as it comes; after a switch of protocols, both directions of the connection.</summary>
    public Stream Body => body;

    /// <summary>The first value of a header, or null.</summary>
    public string? Header(string name) =>
        headers.FirstOrDefault(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>The whole body.</summary>
    /// <exception cref="IOException">It is larger, or the server went away.</exception>
    public async Task<byte[]> ReadAsync(int bytesMax, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (whole.Length + read > bytesMax)
            {
                throw new IOException($"the answer is larger than {bytesMax} bytes");
            }

            await whole.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return whole.ToArray();
    }

    public ValueTask DisposeAsync() => body.DisposeAsync();
}
