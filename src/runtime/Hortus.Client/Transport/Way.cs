using System.Net;
using System.Net.Http.Headers;

namespace Hortus.Client;

/// <summary>One way to a server: connections with one identity.</summary>
internal sealed class Way : IDisposable
{
    private readonly HttpClient http;

    public Way(HttpMessageHandler handler, bool ownsHandler, ClientConnection connection, ClientOptions options)
    {
        Credentials = new Credentials(connection, options.Clock);
        http = new HttpClient(handler, ownsHandler)
        {
            BaseAddress = WithSlash(connection.Server),
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };

        // The socket handler takes the name it sends and expects in TLS from this header.
        http.DefaultRequestHeaders.Host = connection.TlsServerName;
        http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }

    /// <summary>What requests show besides a client certificate.</summary>
    public Credentials Credentials { get; }

    /// <summary>Base address.</summary>
    public Uri Server => http.BaseAddress!;

    /// <summary>Sends one request; the caller disposes the answer.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        ApiRequest request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        using var message = Message(request);
        return await http.SendAsync(message, completion, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Message(ApiRequest request)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(request.Path, UriKind.Relative))
        {
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        if (Credentials.Header() is { } header)
        {
            message.Headers.Authorization = header;
        }

        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        return message;
    }

    private static Uri WithSlash(Uri server) =>
        server.AbsolutePath.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
}
