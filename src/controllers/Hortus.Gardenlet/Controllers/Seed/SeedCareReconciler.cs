using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Keeps conditions of the Seed true: that of its system components, and that which says that work on its Shoots is
/// stopped.</summary>
internal sealed class SeedCareReconciler(GardenletSurroundings surroundings, SeedStatusWriter status) : IReconciler
{
    // A resource manager that is replaced is away for a moment.
    private static readonly TimeSpan ManagerAwayMax = TimeSpan.FromSeconds(30);

    private static readonly string[] Types = [GardenerConditions.SeedSystemComponentsHealthy];

    /// <summary>Registers the controller with what it watches in garden and seed.</summary>
    public void AddTo(IControllerManager garden, IControllerManager seed)
    {
        var key = ObjectKey.Cluster(surroundings.SeedName);
        garden.AddController("seed-care", this, controller => controller
            .For<Seed>((old, value) => value?.Metadata.Name == surroundings.SeedName
                && (old is null || IsStopped(old) != IsStopped(value)))
            .WithConcurrency(1)
            .WithResync(surroundings.Settings.SeedCarePeriod));

        // The key is that of the Seed in the garden; only the place of the watch differs.
        seed.AddController("seed-care-seed", this, controller => controller
            .Watches<ManagedResource>(
                _ => [key], (old, resource) => IsSystemComponent((resource ?? old)!) && Fault(old) != Fault(resource))
            .WithConcurrency(1));
    }

    /// <summary>Whether a ManagedResource is a part of the seed. What counts to another condition, such as the virtual garden's, is
    /// none.</summary>
    public static bool IsSystemComponent(ManagedResource resource) => resource.Spec.Class == ManagedResourceSettings.SeedClass
        && resource.Metadata.Namespace == GardenerNames.GardenNamespace
        && resource.Metadata.Label(GardenerLabels.Role) == GardenerRoles.SeedSystemComponent
        && resource.Metadata.Label(GardenerLabels.CareConditionType) is null;

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (key.Name != surroundings.SeedName
            || await surroundings.GardenClient.FindAsync<Seed>(key, cancellationToken) is not { } seed
            || seed.Metadata.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var conditions = await UpdateAsync(seed, cancellationToken);
        return new ReconcileResult(ConditionThresholds.UntilNextLook(
            conditions, Types, surroundings.Settings.SeedGraceTimes, surroundings.Clock.GetUtcNow()));
    }

    /// <summary>Writes the conditions; no request to the garden when nothing changes.</summary>
    /// <returns>The conditions as they are then.</returns>
    public async Task<IReadOnlyList<GardenerCondition>> UpdateAsync(Seed seed, CancellationToken cancellationToken)
    {
        var result = await CheckAsync(cancellationToken);
        return IsStopped(seed)
            ? await status.SetConditionsAsync(
                seed,
                [
                    result,
                    new(GardenerConditions.EmergencyStopShootReconciliations, true, "EmergencyStopShootReconciliations",
                        $"Nothing is done for Shoots of this seed: it has the annotation "
                        + $"{GardenerAnnotations.SeedEmergencyStopShootReconciliations}."),
                ],
                cancellationToken)
            : await status.SetConditionsAsync(
                seed, [result], cancellationToken, GardenerConditions.EmergencyStopShootReconciliations);
    }

    private async Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken)
    {
        const string type = GardenerConditions.SeedSystemComponentsHealthy;
        var now = surroundings.Clock.GetUtcNow();
        try
        {
            var resources = await surroundings.SeedClient.ListAsync<ManagedResource>(
                ListOptions.In(GardenerNames.GardenNamespace), cancellationToken);
            var manager = await surroundings.SeedClient.FindAsync<Deployment>(SeedResourceManager.Key, cancellationToken);
            string[] faults =
            [
                .. SeedSystemHealth.FaultOf(manager, now, ManagerAwayMax) is { } away ? [away] : Array.Empty<string>(),
                .. from resource in resources.Items.Where(IsSystemComponent)
                   let fault = ManagedResourceHealth.Fault(resource, now)
                   where fault is not null
                   select $"ManagedResource {resource.Metadata.Name}: {fault}",
            ];
            return faults.Length == 0
                ? new(type, true, "SystemComponentsRunning", "All system components are healthy.")
                : new(type, false, "SystemComponentsUnhealthy", string.Join("; ", faults));
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            return new(type, false, "ConditionCheckError", $"the seed cannot be looked at: {e.Message}");
        }
    }

    private static bool IsStopped(Seed seed) =>
        seed.Metadata.Annotation(GardenerAnnotations.SeedEmergencyStopShootReconciliations) is not null;

    private static string? Fault(ManagedResource? resource) => resource is null ? null : ManagedResourceHealth.WaitsFor(resource);
}
