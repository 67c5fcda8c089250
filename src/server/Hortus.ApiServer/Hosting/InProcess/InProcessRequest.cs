using System.Security.Cryptography.X509Certificates;

namespace Hortus.ApiServer.Hosting.InProcess;

/// <summary>A request that reaches the server without a socket.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Target">Path and query as they would stand in the request line.</param>
public sealed record InProcessRequest(string Method, string Target)
{
    /// <summary>Headers; a name may occur more than once.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The body; null for none.</summary>
    public Stream? Body { get; init; }

    /// <summary>Length told to the server; null when the body comes in chunks.</summary>
    public long? ContentLength { get; init; }

    /// <summary>What a TLS client would show; null for none.</summary>
    public X509Certificate2? ClientCertificate { get; init; }
}

/// <summary>The server's answer, complete up to its body. Disposing it ends the request, as closing a connection would.</summary>
/// <param name="StatusCode">HTTP status.</param>
/// <param name="Headers">Headers as the server set them.</param>
/// <param name="Body">The body as it is written; a watch goes on until it is disposed.</param>
public sealed record InProcessResponse(
    int StatusCode, IReadOnlyList<KeyValuePair<string, string>> Headers, Stream Body) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Body.DisposeAsync();
}
