using Hortus.Client;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.ResourceManager.Collection;
using Hortus.ResourceManager.Webhooks;
using Hortus.Runtime;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.ResourceManager;

/// <summary><c>hortus resource-manager</c>: keeps the objects of ManagedResources applied in a target cluster.</summary>
public sealed class ResourceManagerComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "gardener-resource-manager";

    /// <summary>How to host the component: connection, lease and health port.</summary>
    public static ComponentHostOptions HostOptions(ResourceManagerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new()
        {
            Name = Name,
            Kubeconfig = options.SourceKubeconfig,
            HealthPort = options.HealthPort,
            LeaderElection = options.LeaderElect
                ? new LeaderElectionOptions
                {
                    Namespace = options.LeaderElectionNamespace ?? options.Namespace ?? GardenerNames.GardenNamespace,
                    Name = options.LeaderElectionName,
                }
                : null,
            Beside = options.Webhooks.Count > 0
                ? (context, cancellationToken) => WebhookServing.RunAsync(options, context, cancellationToken)
                : null,
        };
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="KubeConfigException">A kubeconfig is unusable.</exception>
    public Task RunAsync(ResourceManagerOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var source = context.CreateManager();
        var connection = options.TargetKubeconfig is { } file ? ClientConnection.Find(file) : null;
        var target = connection is null ? source : context.CreateManager(context.Connect(connection));
        context.Health.Add("caches", HealthProbes.Ready, () => source.HasSynced && target.HasSynced ? null : "caches are being filled");
        var setup = new ControllerSetup
        {
            Source = source,
            Target = target,
            TargetAuthority = options.TokenRequestor
                ? (connection ?? ClientConnection.Find(options.SourceKubeconfig)).CertificateAuthorityPem
                : null,
            Options = options,
            Clock = context.Clock,
            Logs = context.Logs,
            Random = context.Random,
        };
        return RunAsync(setup, cancellationToken);
    }

    /// <summary>Runs on managers of the source and the target cluster, which may be the same.</summary>
    internal static async Task RunAsync(ControllerSetup given, CancellationToken cancellationToken)
    {
        var id = await ClusterIdentity.ResolveAsync(given.Source.Client, given.Options.ClusterId, cancellationToken);
        var setup = given with { Options = given.Options with { ClusterId = id } };
        var (source, target, options) = (setup.Source, setup.Target, setup.Options);
        var world = new ResourceSurroundings(source, target, options, setup.Clock);
        source.AddController("managedresource", new ManagedResourceReconciler(world), controller => controller
            .For<ManagedResource>(ManagedResourceReconciler.Matters, world.CacheScope)
            .From(enqueue => world.Target.Enqueue = world.Secrets.Enqueue = enqueue)
            .WithConcurrency(options.ConcurrentSyncs)
            .WithResync(options.SyncPeriod));
        OptionalControllers.Add(setup);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var parts = new List<Task> { source.RunAsync(stop.Token) };
        if (!ReferenceEquals(source, target))
        {
            parts.Add(target.RunAsync(stop.Token));
        }

        if (options.GarbageCollector)
        {
            var collection = new ReferenceCollection(
                world.Target, setup.Clock, setup.Logs.CreateLogger<ReferenceCollection>());
            parts.Add(collection.RunAsync(options.GarbageCollectorSyncPeriod, stop.Token));
        }

        var first = await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts.Select(part => part.ContinueWith(_ => { }, TaskScheduler.Default)));
        cancellationToken.ThrowIfCancellationRequested();
        await first;
    }
}
