using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime.Webhooks;

/// <summary>Serves webhooks over HTTPS.</summary>
public sealed partial class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication application;
    private readonly ILogger log;

    private WebhookServer(WebApplication application, ILogger log)
    {
        this.application = application;
        this.log = log;
    }

    /// <summary>The port listened on.</summary>
    public int Port { get; private set; }

    /// <summary>Starts listening; port 0 takes a free one.</summary>
    /// <param name="address">Where to listen.</param>
    /// <param name="certificate">Gives the serving certificate with its key, anew for each connection, so that it can be
    /// replaced.</param>
    /// <param name="webhooks">What is served at which path.</param>
    /// <param name="logs">For what goes wrong.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="SettingException">The port is taken or the address is not this machine's.</exception>
    public static async Task<WebhookServer> StartAsync(
        IPEndPoint address,
        Func<X509Certificate2> certificate,
        IReadOnlyDictionary<string, IWebhook> webhooks,
        ILoggerFactory logs,
        CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(logs);
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = WebhookRequests.BodyMax;
            kestrel.Listen(address, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(https => https.ServerCertificateSelector = (_, _) => certificate());
            });
        });
        var server = new WebhookServer(builder.Build(), logs.CreateLogger<WebhookServer>());
        var requests = new WebhookRequests(webhooks, server.log);
        server.application.Run(requests.ServeAsync);
        try
        {
            await server.application.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            await server.application.DisposeAsync();
            throw new SettingException($"cannot serve webhooks on {address}: {e.Message}; give another --webhook-port", e);
        }

        server.Port = new Uri(server.application.Urls.First().Replace("[::]", "localhost", StringComparison.Ordinal)).Port;
        LogServing(server.log, server.Port, string.Join(", ", webhooks.Keys.Order(StringComparer.Ordinal)));
        return server;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    [LoggerMessage(6450, LogLevel.Information, "serving webhooks on port {Port}: {Paths}")]
    private static partial void LogServing(ILogger logger, int port, string paths);

    /// <summary>Signals and messages are the component host's affair.</summary>
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
