using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Hortus.ApiServer.Hosting.InProcess;

/// <summary>Lets an <see cref="HttpClient"/> talk to a server of the same process without sockets.</summary>
/// <param name="transport">The server's way in.</param>
/// <param name="clientCertificate">What a TLS client would show; null for none.</param>
public sealed class InProcessHandler(InProcessTransport transport, X509Certificate2? clientCertificate) : HttpMessageHandler
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var content = request.Content;
        var answer = await transport.SendAsync(
            new InProcessRequest(request.Method.Method, request.RequestUri!.PathAndQuery)
            {
                Headers = HeadersOf(request),
                Body = content is null ? null : await content.ReadAsStreamAsync(cancellationToken),
                ContentLength = content is null ? null
                    : request.Headers.TransferEncodingChunked == true ? null
                    : content.Headers.ContentLength,
                ClientCertificate = clientCertificate,
            },
            cancellationToken);
        var response = new HttpResponseMessage((HttpStatusCode)answer.StatusCode)
        {
            Version = HttpVersion.Version11,
            RequestMessage = request,
            Content = new StreamContent(answer.Body),
        };
        foreach (var (name, value) in answer.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
            {
                response.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return response;
    }

    private static List<KeyValuePair<string, string>> HeadersOf(HttpRequestMessage request)
    {
        var headers = new List<KeyValuePair<string, string>>
        {
            new("Host", request.Headers.Host ?? request.RequestUri!.Authority),
        };
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            // Each value as it was given; those a client joins with commas count as one, as on the wire.
            if (!name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            {
                headers.Add(new(name, values.ToString()));
            }
        }

        if (request.Content is not null)
        {
            foreach (var (name, values) in request.Content.Headers.NonValidated)
            {
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                {
                    headers.Add(new(name, values.ToString()));
                }
            }
        }

        return headers;
    }
}
