using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Keeps the condition of the seed's system components true to their ManagedResources.</summary>
internal sealed class SeedCareReconciler(GardenletSurroundings surroundings, SeedStatusWriter status) : IReconciler
{
    /// <summary>Registers the controller with what it watches in the seed.</summary>
    public void AddTo(IControllerManager seed) => seed.AddController("seed-care", this, controller => controller
        .Watches<ManagedResource>(
            _ => [ObjectKey.Cluster(surroundings.SeedName)],
            (old, resource) => IsSystemComponent((resource ?? old)!) && Fault(old) != Fault(resource))
        .WithConcurrency(1));

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var seed = await surroundings.GardenClient.FindAsync<Seed>(key, cancellationToken);
        if (seed?.Metadata.IsDeleting() == false)
        {
            await UpdateAsync(seed, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    /// <summary>Writes the condition; no request to the garden when nothing changes.</summary>
    public async Task UpdateAsync(Seed seed, CancellationToken cancellationToken)
    {
        var now = surroundings.Clock.GetUtcNow();
        var resources = await surroundings.SeedClient.ListAsync<ManagedResource>(
            ListOptions.In(GardenerNames.GardenNamespace), cancellationToken);
        string[] faults =
        [
            .. from resource in resources.Items.Where(IsSystemComponent)
               let fault = ManagedResourceHealth.Fault(resource, now)
               where fault is not null
               select $"ManagedResource {resource.Metadata.Name}: {fault}",
        ];
        HealthCheckResult result = faults.Length == 0
            ? new(GardenerConditions.SeedSystemComponentsHealthy, true, "SystemComponentsRunning", "All system components are healthy.")
            : new(GardenerConditions.SeedSystemComponentsHealthy, false, "SystemComponentsUnhealthy", string.Join("; ", faults));
        await status.SetConditionsAsync(seed, [result], cancellationToken);
    }

    private static string? Fault(ManagedResource? resource) => resource is null ? null : ManagedResourceHealth.WaitsFor(resource);

    // What counts to another condition, such as the virtual garden's, is no part of the seed.
    private static bool IsSystemComponent(ManagedResource resource) => resource.Spec.Class == ManagedResourceSettings.SeedClass
        && resource.Metadata.Namespace == GardenerNames.GardenNamespace
        && resource.Metadata.Label(GardenerLabels.Role) == GardenerRoles.SeedSystemComponent
        && resource.Metadata.Label(GardenerLabels.CareConditionType) is null;
}
