using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.CustomResources;
using Hortus.ApiServer.Discovery;
using Hortus.ApiServer.Hosting.InProcess;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.OpenApi;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Rest;
using Hortus.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ApiServer.Hosting;

/// <summary>Where and how a server listens.</summary>
/// <param name="Endpoint">Address and port; port 0 takes a free one.</param>
/// <param name="Certificate">Gives the serving certificate for each connection; null serves plain HTTP (tests).</param>
public sealed record ListenOptions(IPEndPoint Endpoint, Func<X509Certificate2>? Certificate);

/// <summary>A running API server.</summary>
public sealed partial class ApiServerHost : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private static readonly Uri InProcessAddress = new("http://in-process/");

    private readonly WebApplication? web;
    private readonly ShutdownSignal shutdown;
    private readonly BackgroundWork background;
    private readonly TimeProvider time;
    private int disposed;

    private ApiServerHost(
        WebApplication? web,
        InProcessTransport inProcess,
        ApiServerServices services,
        ShutdownSignal shutdown,
        BackgroundWork background)
    {
        this.web = web;
        this.shutdown = shutdown;
        this.background = background;
        time = services.Time;
        InProcess = inProcess;
        Services = services;
        Address = web is null ? InProcessAddress : new Uri(web.Urls.First());
    }

    /// <summary>Base address, with the port taken; a name that nothing resolves when the server does not listen.</summary>
    public Uri Address { get; }

    /// <summary>The way in for code of the same process; it serves whether or not the server listens.</summary>
    public InProcessTransport InProcess { get; }

    /// <summary>The server's own view, for code in the same process.</summary>
    public ApiServerServices Services { get; }

    /// <summary>
    /// Puts the parts together, lets plug-ins create what must exist, and starts to listen; without
    /// <paramref name="listen"/> it serves <see cref="InProcess"/> alone.
    /// </summary>
    /// <exception cref="IOException">The address cannot be listened on.</exception>
    public static async Task<ApiServerHost> StartAsync(
        IStore store,
        IReadOnlyList<ApiServerPlugin> plugins,
        ListenOptions? listen,
        ApiServerServices services,
        CancellationToken cancellationToken)
    {
        // The web server needs nothing of what follows until it listens, and takes as long to make.
        var building = listen is null ? null : Task.Run(() => Build(listen, services.LoggerFactory), cancellationToken);
        var shutdown = new ShutdownSignal();
        var assembly = new ServerAssembly(store, plugins, services, shutdown);
        await assembly.ConnectAsync(cancellationToken);
        foreach (var plugin in plugins)
        {
            await plugin.BootstrapAsync(services, cancellationToken);
        }

        await assembly.LoadAsync(cancellationToken);
        var background = new BackgroundWork(RunAllAsync(assembly, plugins, services, shutdown.Stopping), assembly.Audit);
        WebApplication? web = null;
        if (building is not null)
        {
            web = await building;
            web.Run(assembly.Pipeline.HandleAsync);
            try
            {
                await ListenAsync(web, listen!.Endpoint, cancellationToken);
            }
            catch
            {
                // The store is closed by who opened it, and the background must not find it so.
                await shutdown.StopAsync();
                await background.Ended;
                shutdown.Dispose();
                throw;
            }
        }

        return new ApiServerHost(web, new InProcessTransport(assembly.Pipeline), services, shutdown, background);
    }

    /// <summary>Makes the services of a server that is not started yet.</summary>
    public static ApiServerServices CreateServices(
        ApiServerOptions options, IStore store, TimeProvider time, ILoggerFactory loggerFactory)
    {
        var registry = new ResourceRegistry();
        var objects = new ServerObjects(registry, new ObjectStore(store.Local, time), time);
        return new ApiServerServices(options, registry, objects, time, loggerFactory, new AuthorizerChain())
        {
            Authenticate = new AuthenticatorChain(),
        };
    }

    /// <summary>Stops to listen, ends watches and background work.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
        {
            return;
        }

        if (Services.Options.ShutdownDelayDuration > TimeSpan.Zero)
        {
            // Load balancers see that the server goes before it does.
            await shutdown.DrainAsync();
            await Task.Delay(Services.Options.ShutdownDelayDuration, time, CancellationToken.None);
        }

        await shutdown.StopAsync();
        using var timeout = new CancellationTokenSource(StopTimeout, time);
        await InProcess.StopAsync(timeout.Token);
        if (web is not null)
        {
            await web.StopAsync(timeout.Token);
            await web.DisposeAsync();
        }

        await background.Ended;
        if (background.Audit is { } audit)
        {
            await audit.DisposeAsync();
        }

        // Instruments are known to the whole process, and those that are asked for their value hold the server.
        Services.Metrics.Dispose();
        shutdown.Dispose();
    }

    private static async Task ListenAsync(WebApplication web, IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        try
        {
            await web.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await web.DisposeAsync();
            var why = (e as SocketException ?? e.GetBaseException() as SocketException)?.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => "the port is in use; stop what holds it or choose another with --secure-port",
                SocketError.AddressNotAvailable => "this machine has no such address; choose one of its own with --bind-address",
                SocketError.AccessDenied => "this user may not use the port; choose one above 1023 with --secure-port",
                _ => e.Message,
            };
            throw new IOException($"cannot listen on {endpoint}: {why}");
        }
    }

    private static async Task RunAllAsync(
        ServerAssembly assembly,
        IReadOnlyList<ApiServerPlugin> plugins,
        ApiServerServices services,
        CancellationToken cancellationToken)
    {
        var logger = services.LoggerFactory.CreateLogger<ApiServerHost>();
        IEnumerable<Func<Task>> works =
        [
            .. assembly.BackgroundWork(cancellationToken),
            .. plugins.Select(p => (Func<Task>)(() => p.RunAsync(services, cancellationToken))),
        ];
        await Task.WhenAll(works.Select(work => GuardAsync(work, logger)));
        if (assembly.Aggregator is { } aggregator)
        {
            // Ends what is being passed on, watches above all, so that the server need not wait for their clients.
            await aggregator.DisposeAsync();
        }
    }

    private static async Task GuardAsync(Func<Task> work, ILogger logger)
    {
        try
        {
            await Task.Run(work);
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
        catch (Exception e)
        {
            LogBackgroundFailed(logger, e);
        }
    }

    private static WebApplication Build(ListenOptions listen, ILoggerFactory loggerFactory)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(new ServerLogs(loggerFactory));
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, ConnectionMemory>();

        // A block for each idle connection saves every request a call to the kernel.
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.WaitForDataBeforeAllocatingBuffer = false);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.AllowSynchronousIO = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Listen(listen.Endpoint, endpoint => Configure(endpoint, listen));
        });
        return builder.Build();
    }

    private static void Configure(Microsoft.AspNetCore.Server.Kestrel.Core.ListenOptions endpoint, ListenOptions listen)
    {
        if (listen.Certificate is not { } certificate)
        {
            endpoint.Protocols = HttpProtocols.Http1;
            return;
        }

        endpoint.Protocols = HttpProtocols.Http1AndHttp2;
        endpoint.UseHttps(new HttpsConnectionAdapterOptions
        {
            ServerCertificateSelector = (_, _) => certificate(),
            SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ClientCertificateMode = ClientCertificateMode.AllowCertificate,

            // Who a certificate stands for is decided by the authenticators, which know the roots.
            ClientCertificateValidation = static (_, _, _) => true,
        });
    }

    [LoggerMessage(LogLevel.Error, "a part of the server that works in the background has ended; restart the server")]
    private static partial void LogBackgroundFailed(ILogger logger, Exception error);

    /// <summary>Without the log of the web server's own start: who starts it hears of a failure.</summary>
    private sealed class ServerLogs(ILoggerFactory all) : ILoggerFactory
    {
        public void AddProvider(ILoggerProvider provider) => all.AddProvider(provider);

        public ILogger CreateLogger(string categoryName) =>
            categoryName.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal)
                ? NullLogger.Instance
                : all.CreateLogger(categoryName);

        public void Dispose()
        {
            // The loggers belong to the program.
        }
    }

    /// <summary>What ends after the last request.</summary>
    private sealed record BackgroundWork(Task Ended, Audit.AuditTrail? Audit);

    /// <summary>Leaves signals to the program that hosts the server.</summary>
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
