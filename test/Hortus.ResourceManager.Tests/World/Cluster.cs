using System.Security.Cryptography;
using Hortus.ApiServer;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Hortus.Testing.Scripted;
using Hortus.Testing;
using Microsoft.Extensions.Logging;

namespace Hortus.ResourceManager.Tests.World;

/// <summary>An API server of a test, with a client for the test and one whose requests are seen.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly InProcessApiServer server;

    private Cluster(InProcessApiServer server)
    {
        this.server = server;
        Client = server.Connect();
    }

    /// <summary>The test's own client.</summary>
    public IKubernetesClient Client { get; }

    public static async Task<Cluster> StartAsync(CancellationToken cancellationToken, bool withResources = true)
    {
        var cluster = new Cluster(await InProcessApiServer.StartAsync(cancellationToken));
        if (withResources)
        {
            await CustomKinds.InstallAsync(cluster.Client, [typeof(ManagedResource)], cancellationToken);
        }

        return cluster;
    }

    /// <summary>A cluster whose server has options.</summary>
    public static async Task<Cluster> StartAsync(ApiServerOptions options, CancellationToken cancellationToken) =>
        new(await InProcessApiServer.StartAsync(options, [], TimeProvider.System, cancellationToken));

    /// <summary>Writes a kubeconfig for programs.</summary>
    public Task WriteKubeconfigAsync(string file, CancellationToken cancellationToken) => File.WriteAllTextAsync(
        file,
        $$"""
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "{{server.Address}}"} }]
        users: [{name: u, user: {} }]
        contexts: [{name: c, context: {cluster: c, user: u} }]
        current-context: c
        """,
        cancellationToken);

    /// <summary>A cluster with rights by RBAC and a user beside the administrator, whose token is the user's name.</summary>
    public static async Task<Cluster> StartWithUserAsync(string user, CancellationToken cancellationToken)
    {
        var tokens = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(tokens, $"{user},{user},1\n", cancellationToken);
            return await StartAsync(
                new ApiServerOptions { AuthorizationMode = ["RBAC"], TokenAuthFile = tokens }, cancellationToken);
        }
        finally
        {
            File.Delete(tokens);
        }
    }

    /// <summary>A client that shows a token.</summary>
    public IKubernetesClient NewClient(string token) => new KubernetesClient(
        new ClientConnection { Server = server.Address, Token = token }, new ClientOptions { UserAgent = "test" });

    /// <summary>A cluster that issues tokens of service accounts, and knows no others.</summary>
    public static async Task<Cluster> StartWithTokensAsync(CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("hortus-tokens-").FullName;
        try
        {
            var key = Path.Combine(folder, "sa.key");
            using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            await File.WriteAllTextAsync(key, pair.ExportPkcs8PrivateKeyPem(), cancellationToken);
            return await StartAsync(
                new ApiServerOptions { AuthorizationMode = ["AlwaysAllow"], ServiceAccountSigningKeyFile = key }, cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A manager whose requests pass a handler.</summary>
    public ControllerManager NewManager(HttpMessageHandler handler, TimeProvider? clock = null, ILoggerFactory? logs = null) =>
        TestManagers.NewManager(
            new KubernetesClient(
                handler, new ClientConnection { Server = server.Address }, new ClientOptions { UserAgent = "resource-manager" }),
            clock ?? TimeProvider.System,
            logs);

    /// <summary>Waits for a state of an object.</summary>
    public async Task<T?> UntilAsync<T>(ObjectKey key, Func<T?, bool> condition, CancellationToken cancellationToken)
        where T : KubernetesObject => await Client.UntilAsync(key, condition, cancellationToken);

    /// <summary>Waits for an Event about an object of the namespace default or of none.</summary>
    public async Task<Event> EventAsync(string name, string reason, CancellationToken cancellationToken)
    {
        await foreach (var change in Client.WatchAsync<Event>(new WatchOptions { Namespace = "default" }, cancellationToken))
        {
            if (change.Type != WatchEventType.Bookmark && change.Object.InvolvedObject.Name == name && change.Object.Reason == reason)
            {
                return change.Object;
            }
        }

        throw new OperationCanceledException($"the watch ended before Event {reason} about {name} came");
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
