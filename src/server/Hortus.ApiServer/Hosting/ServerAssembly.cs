using Hortus.ApiServer.Access;
using Hortus.ApiServer.Admission;
using Hortus.ApiServer.Admission.Webhooks;
using Hortus.ApiServer.Aggregation;
using Hortus.ApiServer.Audit;
using Hortus.ApiServer.CustomResources;
using Hortus.ApiServer.Discovery;
using Hortus.ApiServer.Metrics;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.OpenApi;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Rest;
using Hortus.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Hosting;

/// <summary>Puts the parts of a server together.</summary>
internal sealed class ServerAssembly
{
    private readonly Func<CancellationToken, Task> connect;
    private readonly CustomResourceController? customResources;
    private readonly WebhookParts webhooks;

    public ServerAssembly(
        IStore store, IReadOnlyList<ApiServerPlugin> plugins, ApiServerServices services, ShutdownSignal shutdown)
    {
        var (registry, time) = (services.Registry, services.Time);
        var inFlight = new InFlightLimit(services.Options.MaxRequestsInflight, services.Options.MaxMutatingRequestsInflight);
        var metrics = new ServerMetrics(services.Metrics, () => inFlight.Current);
        var objects = new ObjectStore(store, time) { Metrics = metrics };
        if (services.ServesBuiltInKinds)
        {
            customResources = new CustomResourceController(services, objects);
            Aggregator = services.Aggregates ? new Aggregator(services) : null;
            registry.Set(BuiltInResources.Create(services.Options.EtcdPrefix)
                .Select(customResources.Customize)
                .Select(WebhookParts.Customize)
                .Select(d => plugins.Aggregate(d, (definition, plugin) => plugin.Customize(definition, services))));
        }

        foreach (var plugin in plugins)
        {
            registry.Set(plugin.Resources(services));
        }

        webhooks = new WebhookParts(services, plugins.Select(p => p.WebhookObjects(services)).OfType<IObjectReader>());
        var admission = webhooks.Chain(AdmissionSelection.Of(
            [.. plugins.SelectMany(p => p.AdmissionPlugins(services))], services.Options));
        var writer = new ObjectWriter(objects, admission, time);
        var deleter = new ObjectDeleter(objects, admission, time);
        connect = token => ((ServerObjects)services.Objects).ConnectAsync(writer, deleter, token);
        ((AuthenticatorChain)services.Authenticate).All = [.. plugins.SelectMany(p => p.Authenticators(services))];
        ((AuthorizerChain)services.Authorize).All = [.. plugins.SelectMany(p => p.Authorizers(services))];
        var watches = new WatchHandler(objects, metrics, time, new Random(Environment.TickCount), shutdown.Stopping);
        var resources = new ResourceHandler(
            registry, new ObjectHandlers(objects, writer, deleter, watches), admission, services.Authorize, time);
        Audit = AuditTrail.Open(services.Options, time, services.LoggerFactory);
        Pipeline = new RequestPipeline(
            new PipelineParts(
                services.Authenticate,
                services.Authorize,
                resources,
                new PathHandler(
                    PathsOf(
                        new ServerPaths(objects, services, metrics, shutdown.Draining)
                        {
                            Checks = plugins.SelectMany(p => p.ReadinessChecks(services)).ToDictionary(),
                        },
                        plugins,
                        services),
                    new OpenApiHandler(registry, Aggregator, time),
                    new DiscoveryHandler(registry, Aggregator?.Apis ?? new RemoteApis())))
            {
                Aggregator = Aggregator,
                Audit = Audit,
                Metrics = metrics,
                InFlight = inFlight,
            },
            services.Options.AnonymousAuth,
            time,
            services.LoggerFactory.CreateLogger<RequestPipeline>());
    }

    /// <summary>Null when nothing is audited.</summary>
    public AuditTrail? Audit { get; }

    public RequestPipeline Pipeline { get; }

    /// <summary>Makes writing through the server's own access possible.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken) => connect(cancellationToken);

    /// <summary>Null in a server that stands behind another one.</summary>
    public Aggregator? Aggregator { get; }

    /// <summary>Takes over what is stored: custom resources, APIServices, webhooks.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await (customResources?.LoadAsync(cancellationToken) ?? Task.CompletedTask);
        await (Aggregator?.LoadAsync(cancellationToken) ?? Task.CompletedTask);
        await webhooks.LoadAsync(cancellationToken);
    }

    /// <summary>Work of the server itself until cancelled.</summary>
    public IEnumerable<Func<Task>> BackgroundWork(CancellationToken cancellationToken) =>
    [
        () => customResources?.RunAsync(cancellationToken) ?? Task.CompletedTask,
        () => Aggregator?.RunAsync(cancellationToken) ?? Task.CompletedTask,
        () => webhooks.RunAsync(cancellationToken),
    ];

    private static Dictionary<string, RequestDelegate> PathsOf(
        ServerPaths own, IReadOnlyList<ApiServerPlugin> plugins, ApiServerServices services)
    {
        var added = plugins.SelectMany(p => p.Paths(services)).ToList();
        var paths = own.Create(added.Select(p => p.Key));
        foreach (var (path, handler) in added)
        {
            paths[path] = handler;
        }

        return paths;
    }
}
