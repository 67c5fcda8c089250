using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary><c>hortus operator</c>: turns the Garden object of the runtime cluster into a virtual garden and keeps it well.</summary>
public sealed class OperatorComponent
{
    private static readonly TimeSpan SyncPeriod = TimeSpan.FromHours(1);
    private static readonly TimeSpan CarePeriod = TimeSpan.FromMinutes(1);

    /// <summary>How to reach the virtual garden once it runs.</summary>
    internal Func<ComponentContext, VirtualGardenSecrets, IVirtualGardenAccess> Access { get; init; } =
        (context, secrets) => new VirtualGardenAccess(context, secrets);

    /// <summary>Runs until cancelled.</summary>
    public async Task RunAsync(ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        var manager = context.CreateManager();
        var secrets = new VirtualGardenSecrets(
            new SecretsManager(manager.Client, VirtualGardenNames.Namespace, VirtualGardenSecrets.Identity, context.Clock),
            context.Clock);
        var garden = new GardenReconciler(manager, context, secrets, Access(context, secrets));
        manager.AddController("garden", garden, controller => controller
            .For<Garden>(GardenReconciler.Matters)
            .Watches<Garden>(_ => AllGardens(manager), (_, after) => after is null)
            .WithConcurrency(1)
            .WithResync(SyncPeriod));

        var inGarden = new CacheScope(Namespace: VirtualGardenNames.Namespace);
        manager.AddController("garden-care", new GardenCareReconciler(manager, context), controller => controller
            .For<Garden>()
            .Watches<Deployment>(_ => AllGardens(manager), scope: inGarden)
            .Watches<StatefulSet>(_ => AllGardens(manager), scope: inGarden)
            .Watches<ManagedResource>(_ => AllGardens(manager), scope: inGarden)
            .WithConcurrency(1)
            .WithResync(CarePeriod));
        await manager.RunAsync(cancellationToken);
    }

    private static IEnumerable<ObjectKey> AllGardens(ControllerManager manager) =>
        manager.CacheOf<Garden>().List().Select(garden => garden.Key);
}
