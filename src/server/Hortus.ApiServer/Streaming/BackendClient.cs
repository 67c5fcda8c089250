using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Streaming;

/// <summary>Sends requests to pods, for whoever may use their <c>proxy</c> subresource.</summary>
internal sealed class BackendClient : IDisposable
{
    private static readonly TimeSpan ConnectTimeMax = TimeSpan.FromSeconds(30);
    private readonly HttpMessageInvoker http;
    private readonly CancellationTokenSource stopping = new();

    public BackendClient(INodeDialer dialer)
    {
        Stopping = stopping.Token;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectTimeMax,
            ConnectCallback = (context, cancellationToken) =>
                dialer.DialAsync(context.DnsEndPoint.Host, context.DnsEndPoint.Port, cancellationToken),
        };

        // Pods have no certificates that the server could check, as upstream has it.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        http = new HttpMessageInvoker(handler);
    }

    /// <summary>Cancelled when the server stops.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Sends a request; the answer's body is read by the caller as it comes.</summary>
    /// <exception cref="ApiStatusException">503: nobody answers there.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var reason = e.InnerException is { } inner ? $"{e.Message}: {inner.Message}" : e.Message;
            throw ApiErrors.ServiceUnavailable($"error trying to reach service: {reason}");
        }
    }

    /// <summary>Ends also what is still being passed on.</summary>
    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
        http.Dispose();
    }
}
