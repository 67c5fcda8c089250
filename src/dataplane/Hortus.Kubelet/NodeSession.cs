using System.Diagnostics.Metrics;
using Hortus.Client;
using Hortus.Kubelet.Certificates;
using Hortus.Kubelet.Nodes;
using Hortus.Kubelet.Pods;
using Hortus.Kubelet.Server;
using Hortus.Kubelet.Services;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet;

/// <summary>The part of a kubelet that needs the API server: node, pods, services, certificates. One session lasts as
/// long as the client certificate.</summary>
internal sealed class NodeSession(NodeParts parts, ILoggerFactory loggers, TimeProvider time)
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(2);
    private readonly ILogger logger = loggers.CreateLogger<NodeSession>();
    private readonly KubeletOptions options = parts.Services.Options;

    /// <summary>Runs session after session until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var provider = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = provider.GetRequiredService<IMeterFactory>();
        var requests = new CertificateRequests(options, time, logger);
        var identity = new ClientIdentity(options, requests, time);
        while (true)
        {
            try
            {
                var connection = await identity.EnsureAsync(cancellationToken);
                await RunOnceAsync(connection, identity, meters, cancellationToken);
            }
            catch (KubeConfigException e)
            {
                logger.NodeNotUpdated(options.NodeName, e.Message);
                await Task.Delay(RetryPeriod, time, cancellationToken);
            }
        }
    }

    private async Task RunOnceAsync(
        ClientConnection connection, ClientIdentity identity, IMeterFactory meters, CancellationToken cancellationToken)
    {
        var servers = new ServerLog(loggers, time);
        using var client = new KubernetesClient(
            connection, new ClientOptions { UserAgent = "hortus-kubelet", Clock = time, Observer = servers });
        parts.Objects.Client = client;
        parts.Trust.FallbackPem = connection.CertificateAuthorityPem;
        var manager = new ControllerManager(client, new ControllerManagerOptions
        {
            Name = "kubelet",
            Instance = options.NodeName,
            Clock = time,
            Logs = loggers,
            Metrics = meters,
            Random = new Random(Environment.TickCount),
            Servers = servers,
        });
        parts.Services.Events = manager.Events;
        var feed = AddControllers(manager);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] work =
        [
            manager.RunAsync(stop.Token),
            parts.Reporter.RunAsync(client, stop.Token),
            parts.Certificate.RunAsync(client, stop.Token),
            RemoveOrphansAsync(feed, stop.Token),
        ];
        var renewal = identity.RenewAsync(connection, stop.Token);
        await Task.WhenAny([renewal, .. work.Take(3)]);
        await stop.CancelAsync();
        await Task.WhenAll([renewal, .. work]).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var failed in work.Where(t => t.IsFaulted))
        {
            await failed;
        }
    }

    private PodFeed AddControllers(ControllerManager manager)
    {
        var ownPods = new CacheScope(FieldSelector: $"spec.nodeName={options.NodeName}");
        var ownNode = new CacheScope(FieldSelector: $"metadata.name={options.NodeName}");
        var feed = new PodFeed(manager.CacheOf<Pod>(ownPods), parts.Workers);
        manager.AddController("kubelet-pods", feed, c => c.For<Pod>(scope: ownPods));
        var node = new NodeFeed(
            manager.CacheOf<Node>(ownNode), parts.Services.Network, parts.Workers, parts.Rules, parts.Reporter);
        manager.AddController("kubelet-node", node, c => c.For<Node>(scope: ownNode));
        if (options.ServiceProxy || options.ClusterDns is not null)
        {
            parts.Names = (manager.CacheOf<Service>(), manager.CacheOf<EndpointSlice>());
        }

        if (options.ServiceProxy)
        {
            parts.Rules.Sources = parts.Names;
            manager.AddController("kubelet-services", parts.Rules, c => c
                .Watches<Service>(_ => [NodeRules.Key])
                .Watches<EndpointSlice>(_ => [NodeRules.Key])
                .WithConcurrency(1));
        }

        return feed;
    }

    private async Task RemoveOrphansAsync(PodFeed feed, CancellationToken cancellationToken)
    {
        try
        {
            await feed.SynchronizeAsync(cancellationToken);
            await parts.Workers.RemoveOrphansAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or Hortus.Host.HostException)
        {
            logger.OrphansNotRemoved(e.Message);
        }
    }
}

/// <summary>The parts of a running kubelet that a session works with.</summary>
internal sealed class NodeParts
{
    public required PodServices Services { get; init; }

    public required PodWorkers Workers { get; init; }

    public required PodObjects Objects { get; init; }

    public required NodeRules Rules { get; init; }

    public required NodeReporter Reporter { get; init; }

    public required ServingCertificate Certificate { get; init; }

    public required ClientTrust Trust { get; init; }

    /// <summary>Services and endpoints for the name server; null before the first session.</summary>
    public (IObjectCache<Service> Services, IObjectCache<EndpointSlice> Slices)? Names { get; set; }
}
