using System.Net;
using System.Text;
using Hortus.Telemetry;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Hortus.Runtime;

/// <summary>Serves health and metrics over plain HTTP: a bare server without container or routing, because every small
/// process has one.</summary>
public sealed class HealthEndpoint : IAsyncDisposable
{
    private readonly HealthChecks health;
    private readonly MetricRegistry metrics;
    private readonly ILoggerFactory logs;
    private KestrelServer? server;

    public HealthEndpoint(HealthChecks health, MetricRegistry metrics, ILoggerFactory logs)
    {
        this.health = health;
        this.metrics = metrics;
        this.logs = logs;
    }

    /// <summary>Starts listening; port 0 takes a free one.</summary>
    /// <returns>The address listened on.</returns>
    /// <exception cref="IOException">The port is taken.</exception>
    public async Task<IPEndPoint> StartAsync(IPEndPoint address, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxRequestBodySize = 0;
        options.Limits.MaxConcurrentConnections = 64;
        options.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
        server = new KestrelServer(
            Options.Create(options),
            new SocketTransportFactory(Options.Create(new SocketTransportOptions()), logs),
            NullLoggerFactory.Instance);
        await server.StartAsync(new Application(this), cancellationToken);
        var bound = new Uri(server.Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return new IPEndPoint(address.Address, bound.Port);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (server is not null)
        {
            using var now = new CancellationTokenSource();
            await now.CancelAsync();
            await server.StopAsync(now.Token);
            server.Dispose();
        }
    }

    private async Task<(
        int Code, string ContentType, string Body)> AnswerAsync(string path, CancellationToken cancellationToken)
    {
        const string text = "text/plain; charset=utf-8";
        switch (path)
        {
            case "/metrics":
                return (200, "text/plain; version=0.0.4; charset=utf-8", metrics.Render());
            case "/healthz" or "/livez" or "/readyz":
                var probe = path == "/readyz" ? HealthProbes.Ready : HealthProbes.Live;
                var report = await health.EvaluateAsync(probe, cancellationToken);
                return (report.IsHealthy ? 200 : 500, text, report.ToString());
            default:
                return (404, text, "not found: want /healthz, /livez, /readyz or /metrics\n");
        }
    }

    private sealed class Application(HealthEndpoint owner) : IHttpApplication<IFeatureCollection>
    {
        public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

        public async Task ProcessRequestAsync(IFeatureCollection context)
        {
            var request = context.GetRequiredFeature<IHttpRequestFeature>();
            var response = context.GetRequiredFeature<IHttpResponseFeature>();
            var aborted = context.Get<IHttpRequestLifetimeFeature>()?.RequestAborted ?? CancellationToken.None;
            var (code, type, body) = await owner.AnswerAsync(request.Path, aborted);
            var bytes = Encoding.UTF8.GetBytes(body);
            response.StatusCode = code;
            response.Headers.ContentType = type;
            response.Headers.ContentLength = bytes.Length;
            if (request.Method != "HEAD")
            {
                var writer = context.GetRequiredFeature<IHttpResponseBodyFeature>().Writer;
                await writer.WriteAsync(bytes, aborted);
            }
        }

        public void DisposeContext(IFeatureCollection context, Exception? exception)
        {
        }
    }
}
