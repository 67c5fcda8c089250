using Hortus.ApiServer.Access;
using Hortus.ApiServer.Admission.Webhooks;
using Hortus.ApiServer.CustomResources;
using Hortus.ApiServer.Discovery;
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

    public ServerAssembly(
        IStore store, IReadOnlyList<ApiServerPlugin> plugins, ApiServerServices services, CancellationToken stopping)
    {
        var (registry, time) = (services.Registry, services.Time);
        var objects = new ObjectStore(store, time);
        CustomResources = new CustomResourceController(services, objects);
        registry.Set(BuiltInResources.Create(services.Options.EtcdPrefix)
            .Select(CustomResources.Customize)
            .Select(WebhookParts.Customize)
            .Select(d => plugins.Aggregate(d, (definition, plugin) => plugin.Customize(definition, services))));
        foreach (var plugin in plugins)
        {
            registry.Set(plugin.Resources(services));
        }

        Webhooks = new WebhookParts(services, plugins.Select(p => p.WebhookObjects(services)).OfType<IObjectReader>());
        var admission = Webhooks.Chain([.. plugins.SelectMany(p => p.AdmissionPlugins(services))]);
        var writer = new ObjectWriter(objects, admission, time);
        var deleter = new ObjectDeleter(objects, admission, time);
        connect = token => ((ServerObjects)services.Objects).ConnectAsync(writer, deleter, token);
        ((AuthenticatorChain)services.Authenticate).All = [.. plugins.SelectMany(p => p.Authenticators(services))];
        ((AuthorizerChain)services.Authorize).All = [.. plugins.SelectMany(p => p.Authorizers(services))];
        var watches = new WatchHandler(objects, time, new Random(Environment.TickCount), stopping);
        var resources = new ResourceHandler(registry, new ObjectHandlers(objects, writer, deleter, watches), admission, time);
        Pipeline = new RequestPipeline(
            new PipelineParts(
                services.Authenticate,
                services.Authorize,
                resources,
                new DiscoveryHandler(registry),
                new OpenApiHandler(registry),
                PathsOf(objects, plugins, services, stopping)),
            services.Options.AnonymousAuth,
            time,
            services.LoggerFactory.CreateLogger<RequestPipeline>());
    }

    public RequestPipeline Pipeline { get; }

    /// <summary>Makes writing through the server's own access possible.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken) => connect(cancellationToken);

    public CustomResourceController CustomResources { get; }

    public WebhookParts Webhooks { get; }

    private static Dictionary<string, RequestDelegate> PathsOf(
        ObjectStore objects, IReadOnlyList<ApiServerPlugin> plugins, ApiServerServices services, CancellationToken stopping)
    {
        var added = plugins.SelectMany(p => p.Paths(services)).ToList();
        var paths = new ServerPaths(objects, stopping).Create(added.Select(p => p.Key));
        foreach (var (path, handler) in added)
        {
            paths[path] = handler;
        }

        return paths;
    }
}
