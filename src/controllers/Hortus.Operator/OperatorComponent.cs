using Hortus.Charts;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Components.Gardenlets;
using Hortus.Components.Webhooks;
using Hortus.Objects;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Oci;
using Hortus.Operator.Webhooks;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;
using Deployment = Hortus.Objects.Kubernetes.Deployment;
using Extension = Hortus.Objects.Gardener.Operator.Extension;

namespace Hortus.Operator;

/// <summary><c>hortus operator</c>: turns the Garden object of the runtime cluster into a virtual garden and keeps it well, with the
/// Extensions that it needs.</summary>
public sealed class OperatorComponent
{
    /// <summary>Name of the component, and of its lease.</summary>
    public const string Name = "gardener-operator";

    private static readonly TimeSpan SyncPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan CarePeriod = TimeSpan.FromMinutes(1);

    private WebhookServing? beside;

    /// <summary>How to reach the virtual garden once it runs.</summary>
    internal Func<ComponentContext, VirtualGardenSecrets, IVirtualGardenAccess> Access { get; init; } =
        (context, secrets) => new VirtualGardenAccess(context, secrets);

    /// <summary>Where the webhooks are served instead of where the options say.</summary>
    internal WebhookEndpoint? Endpoint { get; init; }

    /// <summary>Renders charts instead of helm.</summary>
    internal IChartRenderer? Renderer { get; init; }

    /// <summary>Brings charts instead of from registries.</summary>
    internal IArtifactPuller? Puller { get; init; }

    /// <summary>How to host the component: connection, lease, health port, and the webhooks, which all instances serve.</summary>
    /// <exception cref="SettingException">An option cannot be used.</exception>
    public ComponentHostOptions HostOptions(OperatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var endpoint = EndpointOf(options);
        beside = endpoint is null ? null : new WebhookServing();
        return new()
        {
            Name = Name,
            Kubeconfig = options.Kubeconfig,
            HealthPort = options.HealthPort,
            LeaderElection = options.LeaderElect
                ? new LeaderElectionOptions
                {
                    Namespace = options.LeaderElectionNamespace,
                    Name = Name,
                    Identity = options.LeaderElectionIdentity,
                }
                : null,
            Beside = endpoint is null ? null : (context, cancellationToken) => beside!.RunAsync(
                OperatorWebhookCatalog.Settings(context.Client, endpoint), context.Client, context, cancellationToken),
        };
    }

    /// <summary>Runs until cancelled; serves the webhooks as well unless its host does.</summary>
    /// <exception cref="SettingException">An option cannot be used.</exception>
    public async Task RunAsync(OperatorOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var manager = context.CreateManager();
        var secrets = new VirtualGardenSecrets(
            new SecretsManager(manager.Client, VirtualGardenNames.Namespace, VirtualGardenSecrets.Identity, context.Clock),
            context.Clock);
        var access = Access(context, secrets);
        AddGarden(manager, context, new GardenReconciler(
            manager, context, secrets, access, ImagesOf(options), new GardenletChartUpdate(
                options.GardenletChartRepository, BuildVersion.Current, context.Logs.CreateLogger<GardenletChartUpdate>())));
        using var supply = ChartSupply.Create(options.Charts, context);
        var loader = Puller is null ? supply.Loader : new ChartLoader(Puller, null);
        var renderer = Renderer ?? supply.Renderer;
        var extensions = new ExtensionControllers(manager, context);
        extensions.Add(new ExtensionCharts(loader, renderer, manager.Client, manager.Events));
        var gardenlets = new GardenletControllers(manager, new GardenletInstaller(loader, renderer, context.Clock), context.Clock);
        var webhooks = EndpointOf(options) is { } endpoint
            ? new WebhookHost(manager, manager.Client, context, OperatorWebhookCatalog.Settings(manager.Client, endpoint), beside)
            : null;
        var connection = new VirtualGardenConnection(manager, context, secrets, access, gardenlets);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> running = [manager.RunAsync(stop.Token), connection.RunAsync(extensions.Installations, stop.Token)];
        if (webhooks is not null && beside is null)
        {
            running.Add(webhooks.RunAsync(stop.Token));
        }

        var first = await Task.WhenAny(running);
        await stop.CancelAsync();
        await Task.WhenAll(running.Select(part => part.ContinueWith(_ => { }, TaskScheduler.Default)));
        cancellationToken.ThrowIfCancellationRequested();
        await first;
    }

    private WebhookEndpoint? EndpointOf(OperatorOptions options) => Endpoint ?? OperatorWebhookCatalog.EndpointOf(options);

    private static ImageVector ImagesOf(OperatorOptions options) =>
        ImageVectorOverwrite.FromEnvironment(ImageVector.With(options.Image));

    private static void AddGarden(ControllerManager manager, ComponentContext context, GardenReconciler reconciler)
    {
        var inGarden = new CacheScope(Namespace: VirtualGardenNames.Namespace);
        manager.AddController("garden", reconciler, controller => controller
            .For<Garden>(GardenReconciler.Matters)
            .Watches<Garden>(_ => AllGardens(manager), (_, after) => after is null)
            .Watches<Extension>(_ => AllGardens(manager), GardenTriggers.Matters)
            .Watches<Secret>(secret => GardenTriggers.OwnersOf(secret, manager.CacheOf<Garden>()), GardenTriggers.Matters, inGarden)
            .WithConcurrency(1)
            .WithResync(SyncPeriod));
        manager.AddController("garden-care", new GardenCareReconciler(manager, context), controller => controller
            .For<Garden>()
            .Watches<Deployment>(_ => AllGardens(manager), scope: inGarden)
            .Watches<StatefulSet>(_ => AllGardens(manager), scope: inGarden)
            .Watches<ManagedResource>(_ => AllGardens(manager), scope: inGarden)
            .WithConcurrency(1)
            .WithResync(CarePeriod));
    }

    private static IEnumerable<ObjectKey> AllGardens(ControllerManager manager) =>
        manager.CacheOf<Garden>().List().Select(garden => garden.Key);
}
