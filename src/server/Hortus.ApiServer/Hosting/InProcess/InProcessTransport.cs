using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hortus.ApiServer.Hosting.InProcess;

/// <summary>
/// A way into the server that needs no socket: requests pass the same pipeline and get the same bytes as answers.
/// Connections cannot be taken over (exec, attach and port-forward need a socket).
/// </summary>
public sealed class InProcessTransport
{
    private readonly RequestPipeline pipeline;
    private readonly ConcurrentDictionary<Task, InProcessExchange> underWay = [];

    internal InProcessTransport(RequestPipeline pipeline) => this.pipeline = pipeline;

    /// <summary>Serves a request; done when the headers of the answer are sent.</summary>
    /// <exception cref="IOException">The server has dropped the request.</exception>
    /// <exception cref="BadHttpRequestException">A web server would not have let the request pass.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the headers; the server is told.</exception>
    public async Task<InProcessResponse> SendAsync(InProcessRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var exchange = new InProcessExchange(HttpMethods.IsHead(request.Method));
        var http = ContextOf(request, exchange);
        var served = Task.Run(() => ServeAsync(http, exchange), CancellationToken.None);
        if (!served.IsCompleted)
        {
            underWay.TryAdd(served, exchange);
            _ = served.ContinueWith(
                done => underWay.TryRemove(done, out _),
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }

        await using var registration = cancellationToken.UnsafeRegister(static e => ((InProcessExchange)e!).Leave(), exchange);
        return await exchange.Answer.WaitAsync(cancellationToken);
    }

    /// <summary>Waits until the requests under way have ended, then cancels those that have not.</summary>
    internal async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(underWay.Keys).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            foreach (var exchange in underWay.Values)
            {
                exchange.Leave();
            }
        }
    }

    private async Task ServeAsync(HttpContext http, InProcessExchange exchange)
    {
        try
        {
            await pipeline.HandleAsync(http);
            await exchange.EndAsync();
        }
        catch (Exception e)
        {
            exchange.Fail(e);
        }
        finally
        {
            exchange.Dispose();
        }
    }

    private static DefaultHttpContext ContextOf(InProcessRequest request, InProcessExchange exchange)
    {
        var (path, query) = RequestTarget.Parse(request.Target);
        var headers = new HeaderDictionary();
        foreach (var (name, value) in request.Headers)
        {
            headers.Append(name, value);
        }

        if (request.Body is not null && request.ContentLength is null)
        {
            headers["Transfer-Encoding"] = "chunked";
        }

        headers.ContentLength = request.ContentLength;
        var features = new FeatureCollection();
        features.Set<IHttpRequestFeature>(new HttpRequestFeature
        {
            Method = request.Method,
            Scheme = request.ClientCertificate is null ? "http" : "https",
            Protocol = "HTTP/1.1",
            Path = path,
            QueryString = query,
            RawTarget = request.Target,
            Headers = headers,
            Body = request.Body ?? Stream.Null,
        });
        features.Set<IHttpRequestBodyDetectionFeature>(new BodyDetection(request.Body is not null));
        features.Set<IHttpResponseFeature>(exchange);
        features.Set<IHttpResponseBodyFeature>(exchange);
        features.Set<IHttpRequestLifetimeFeature>(exchange);
        if (request.ClientCertificate is not null)
        {
            features.Set<ITlsConnectionFeature>(new TlsConnectionFeature { ClientCertificate = request.ClientCertificate });
        }

        return new DefaultHttpContext(features);
    }

    private sealed record BodyDetection(bool CanHaveBody) : IHttpRequestBodyDetectionFeature;
}
