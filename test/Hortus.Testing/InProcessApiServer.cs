using System.Net;
using System.Security.Cryptography.X509Certificates;
using Hortus.ApiServer;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Hosting;
using Hortus.ApiServer.Hosting.InProcess;
using Hortus.Client;
using Hortus.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.Testing;

/// <summary>
/// A real API server with its store in memory, on a free loopback port without TLS or without any socket. Whoever calls is
/// an administrator. Dispose it to stop.
/// </summary>
public sealed class InProcessApiServer : IAsyncDisposable
{
    private readonly ApiServerHost host;
    private readonly IStore store;

    private InProcessApiServer(ApiServerHost host, IStore store, bool isListening)
    {
        this.host = host;
        this.store = store;
        Client = isListening ? new HttpClient() : new HttpClient(new InProcessHandler(host.InProcess, clientCertificate: null));
        Client.BaseAddress = host.Address;
        Client.Timeout = System.Threading.Timeout.InfiniteTimeSpan;
    }

    /// <summary>Base address, for example <c>http://127.0.0.1:40213/</c>; of use to <see cref="Client"/> alone when the
    /// server does not listen.</summary>
    public Uri Address => host.Address;

    /// <summary>The way in without sockets.</summary>
    public InProcessTransport Transport => host.InProcess;

    /// <summary>A client at <see cref="Address"/>; relative addresses work.</summary>
    public HttpClient Client { get; }

    /// <summary>A client at <see cref="Address"/> with all rights; the caller closes it.</summary>
    /// <param name="handler">Sees every request and answer; null for none.</param>
    public KubernetesClient Connect(HttpMessageHandler? handler = null)
    {
        var (connection, options) = (new ClientConnection { Server = Address }, new ClientOptions { UserAgent = "test" });
        return handler is null ? new KubernetesClient(connection, options) : new KubernetesClient(handler, connection, options);
    }

    /// <summary>The server's own view of its objects.</summary>
    public ApiServerServices Services => host.Services;

    /// <summary>The store, for tests of what is written.</summary>
    public IStore Store => store;

    /// <summary>Starts a server; ready when the task is.</summary>
    public static Task<InProcessApiServer> StartAsync(CancellationToken cancellationToken) =>
        StartAsync(new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"] }, [], TimeProvider.System, cancellationToken);

    /// <summary>Starts a server with options, further plug-ins and a clock.</summary>
    public static Task<InProcessApiServer> StartAsync(
        ApiServerOptions options,
        IReadOnlyList<ApiServerPlugin> plugins,
        TimeProvider time,
        CancellationToken cancellationToken) =>
        StartAsync(options, plugins, time, NullLoggerFactory.Instance, cancellationToken);

    /// <summary>Starts a server that logs.</summary>
    public static Task<InProcessApiServer> StartAsync(
        ApiServerOptions options,
        IReadOnlyList<ApiServerPlugin> plugins,
        TimeProvider time,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken) =>
        StartAsync(
            options,
            [new AdministratorPlugin(), .. plugins],
            time,
            loggerFactory,
            new ListenOptions(new IPEndPoint(IPAddress.Loopback, 0), Certificate: null),
            cancellationToken);

    /// <summary>Starts a server that serves the groups of its plug-ins itself, even when APIServices name other servers.</summary>
    public static Task<InProcessApiServer> StartAloneAsync(
        IReadOnlyList<ApiServerPlugin> plugins, CancellationToken cancellationToken) =>
        StartAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"] },
            [new AdministratorPlugin(), .. plugins],
            TimeProvider.System,
            NullLoggerFactory.Instance,
            new ListenOptions(new IPEndPoint(IPAddress.Loopback, 0), Certificate: null),
            cancellationToken,
            aggregates: false);

    /// <summary>Starts a server without a socket: <see cref="Client"/> and <see cref="Transport"/> are the ways in.</summary>
    public static Task<InProcessApiServer> StartWithoutSocketAsync(CancellationToken cancellationToken) =>
        StartAsync(
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"] },
            [new AdministratorPlugin()],
            TimeProvider.System,
            NullLoggerFactory.Instance,
            listen: null,
            cancellationToken);

    /// <summary>Starts a server without a socket, with options, further plug-ins, a clock and logs.</summary>
    public static Task<InProcessApiServer> StartWithoutSocketAsync(
        ApiServerOptions options,
        IReadOnlyList<ApiServerPlugin> plugins,
        TimeProvider time,
        ILoggerFactory loggerFactory,
        CancellationToken cancellationToken) =>
        StartAsync(options, [new AdministratorPlugin(), .. plugins], time, loggerFactory, listen: null, cancellationToken);

    /// <summary>Starts a server without a socket where a caller is only who its credentials say.</summary>
    public static Task<InProcessApiServer> StartWithAuthenticationAsync(
        ApiServerOptions options, CancellationToken cancellationToken) =>
        StartAsync(options, [], TimeProvider.System, NullLoggerFactory.Instance, listen: null, cancellationToken);

    /// <summary>Starts a server with TLS where a caller is only who its credentials say; <see cref="Client"/> does not trust it.</summary>
    public static Task<InProcessApiServer> StartSecureAsync(
        ApiServerOptions options, IReadOnlyList<ApiServerPlugin> plugins, X509Certificate2 certificate, CancellationToken cancellationToken) =>
        StartAsync(
            options,
            plugins,
            TimeProvider.System,
            NullLoggerFactory.Instance,
            new ListenOptions(new IPEndPoint(IPAddress.Loopback, 0), () => certificate),
            cancellationToken,
            aggregates: false);

    /// <summary>Starts a server without a socket on a store, which it disposes of at its end.</summary>
    public static Task<InProcessApiServer> StartOnAsync(IStore store, CancellationToken cancellationToken) =>
        StartOnAsync(
            store,
            new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"] },
            [new AdministratorPlugin()],
            TimeProvider.System,
            NullLoggerFactory.Instance,
            listen: null,
            cancellationToken);

    private static Task<InProcessApiServer> StartAsync(
        ApiServerOptions options,
        IReadOnlyList<ApiServerPlugin> plugins,
        TimeProvider time,
        ILoggerFactory loggerFactory,
        ListenOptions? listen,
        CancellationToken cancellationToken,
        bool aggregates = true) =>
        StartOnAsync(
            EmbeddedStore.InMemory(time), options, plugins, time, loggerFactory, listen, cancellationToken, aggregates);

    private static async Task<InProcessApiServer> StartOnAsync(
        IStore store,
        ApiServerOptions options,
        IReadOnlyList<ApiServerPlugin> plugins,
        TimeProvider time,
        ILoggerFactory loggerFactory,
        ListenOptions? listen,
        CancellationToken cancellationToken,
        bool aggregates = true)
    {
        var services = ApiServerHost.CreateServices(options, store, time, loggerFactory) with { Aggregates = aggregates };
        var host = await ApiServerHost.StartAsync(
            store,
            [new BuiltinPlugin(), .. plugins],
            listen,
            services,
            cancellationToken);
        return new InProcessApiServer(host, store, listen is not null);
    }

    /// <summary>A kubeconfig for this server.</summary>
    public string Kubeconfig() => $"""
        apiVersion: v1
        kind: Config
        clusters: [{"{"} name: test, cluster: {"{"} server: "{Address}" {"}"} {"}"}]
        users: [{"{"} name: test, user: {"{"} {"}"} {"}"}]
        contexts: [{"{"} name: test, context: {"{"} cluster: test, user: test {"}"} {"}"}]
        current-context: test
        """;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await host.DisposeAsync();
        await store.DisposeAsync();
    }

    /// <summary>Makes every request without credentials of its own an administrator's.</summary>
    private sealed class AdministratorPlugin : ApiServerPlugin
    {
        public override IEnumerable<IAuthenticator> Authenticators(ApiServerServices services) => [new Administrator()];
    }

    private sealed class Administrator : IAuthenticator
    {
        private static readonly UserInfo User = new("admin", [UserInfo.MastersGroup, "system:authenticated"]);

        public ValueTask<UserInfo?> AuthenticateAsync(HttpContext http, CancellationToken cancellationToken) => new(User);
    }
}
