using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Garden = Hortus.Objects.Gardener.Operator.Garden;

namespace Hortus.Operator;

/// <summary>Keeps the Garden's conditions true to what runs: API server, components in the runtime cluster, components of the
/// virtual garden.</summary>
public sealed class GardenCareReconciler(IControllerManager manager, ComponentContext context) : IReconciler
{
    private readonly CacheScope scope = new(Namespace: VirtualGardenNames.Namespace);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (GardenReconciler.ManagedOf(manager.CacheOf<Garden>())?.Key != key
            || await manager.Client.FindAsync<Garden>(key, cancellationToken) is not { } garden
            || garden.Metadata.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        GardenerCondition[] checks =
        [
            Check(GardenerConditions.VirtualGardenAPIServerAvailable, "APIServerReady", ApiServerFaults()),
            Check(GardenerConditions.RuntimeComponentsHealthy, "RuntimeComponentsRunning",
                [.. ResourceManagerFaults(), .. Faults(GardenerConditions.RuntimeComponentsHealthy)]),
            Check(GardenerConditions.VirtualComponentsHealthy, "VirtualComponentsRunning",
                [.. Missing(garden), .. Faults(GardenerConditions.VirtualComponentsHealthy)]),
        ];
        await manager.Client.WriteConditionsAsync(
            garden, found => found.Status?.Conditions, checks, context.Clock.GetUtcNow(), cancellationToken);
        return ReconcileResult.Done;
    }

    private static GardenerCondition Check(string type, string fine, IReadOnlyList<string> faults) => new()
    {
        Type = type,
        Status = faults.Count == 0 ? ConditionStatus.True : ConditionStatus.False,
        Reason = faults.Count == 0 ? fine : "ComponentsUnhealthy",
        Message = faults.Count == 0 ? "All components are healthy" : string.Join("; ", faults),
    };

    private string[] ApiServerFaults() =>
        WorkloadHealth.IsRolledOut(manager.CacheOf<StatefulSet>(scope).Find(KeyOf(VirtualGardenNames.ApiServer)))
            ? []
            : [$"StatefulSet {VirtualGardenNames.ApiServer} is not rolled out"];

    private string[] ResourceManagerFaults() =>
        WorkloadHealth.IsRolledOut(manager.CacheOf<Deployment>(scope).Find(KeyOf(ResourceManagerValues.NameDefault)))
            ? []
            : [$"Deployment {ResourceManagerValues.NameDefault} is not rolled out"];

    private IEnumerable<string> Missing(Garden garden)
    {
        var resources = manager.CacheOf<ManagedResource>(scope);
        IEnumerable<string> store = GardenStore.IsEtcd(garden) ? [VirtualGardenNames.Etcd] : [];
        return VirtualGardenNames.VirtualComponents.Concat(store)
            .Where(name => resources.Find(KeyOf(name)) is null)
            .Select(name => $"ManagedResource {name} is missing");
    }

    private IEnumerable<string> Faults(string condition)
    {
        var now = context.Clock.GetUtcNow();
        return
            from resource in manager.CacheOf<ManagedResource>(scope).List()
            where ConditionOf(resource) == condition
            orderby resource.Metadata.Name
            let fault = ManagedResourceHealth.Fault(resource, now)
            where fault is not null
            select $"ManagedResource {resource.Metadata.Name}: {fault}";
    }

    // The label comes first; without it, what is applied to the virtual garden counts there and everything else here.
    private static string ConditionOf(ManagedResource resource) => resource.Metadata.Label(GardenerLabels.CareConditionType)
        ?? (resource.Spec.Class == ManagedResourceSettings.SeedClass
            ? GardenerConditions.RuntimeComponentsHealthy
            : GardenerConditions.VirtualComponentsHealthy);

    private static ObjectKey KeyOf(string name) => new(VirtualGardenNames.Namespace, name);
}
