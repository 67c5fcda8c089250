using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Prepares the seed cluster and reports it in the Seed's status.</summary>
internal sealed class SeedReconciler(GardenletSurroundings surroundings, SeedStatusWriter status) : IReconciler
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(15);

    /// <summary>Whether a change of the Seed is one of wishes rather than of reports.</summary>
    public static bool Matters(Seed? old, Seed? seed) =>
        seed is not null && (old is null
            || old.Metadata.Generation != seed.Metadata.Generation
            || (old.Metadata.DeletionTimestamp is null) != (seed.Metadata.DeletionTimestamp is null));

    /// <summary>Registers the controller with what it watches in garden and seed.</summary>
    public static void AddTo(GardenletSurroundings surroundings, SeedStatusWriter status)
    {
        var reconciler = new SeedReconciler(surroundings, status);
        surroundings.Garden.AddController("seed", reconciler, controller => controller
            .For<Seed>((old, seed) => (seed ?? old)!.Metadata.Name == surroundings.SeedName && Matters(old, seed))
            .WithConcurrency(1)
            .WithResync(TimeSpan.FromMinutes(1)));
        surroundings.Seed.AddController("seed-care", reconciler, controller => controller
            .Watches<ManagedResource>(
                _ => [ObjectKey.Cluster(surroundings.SeedName)],
                (old, resource) => IsSystemComponent((resource ?? old)!)
                    && ManagedResourceHealth.WaitsFor(old) != ManagedResourceHealth.WaitsFor(resource))
            .WithConcurrency(1));
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var seed = await surroundings.GardenClient.FindAsync<Seed>(key, cancellationToken);
        if (seed is null || key.Name != surroundings.SeedName)
        {
            return ReconcileResult.Done;
        }

        if (seed.Metadata.IsDeleting())
        {
            return await DeleteAsync(seed, cancellationToken);
        }

        seed = await surroundings.GardenClient.AddFinalizerAsync(seed, GardenerFinalizers.Gardener, cancellationToken);
        if ((await SeedCrds.FindMissingAsync(surroundings.SeedClient, cancellationToken)).Count > 0)
        {
            await SeedCrds.InstallAsync(surroundings.SeedClient, cancellationToken);
        }

        await SeedResourceManager.EnsureAsync(surroundings, cancellationToken);
        seed = await status.PatchAsync(seed, await DescribeAsync(seed, cancellationToken), cancellationToken);
        await status.SetConditionsAsync(seed, [await CheckAsync(cancellationToken)], cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task<HealthCheckResult> CheckAsync(CancellationToken cancellationToken)
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
        return faults.Length == 0
            ? new(GardenerConditions.SeedSystemComponentsHealthy, true, "SystemComponentsRunning", "All system components are healthy.")
            : new(GardenerConditions.SeedSystemComponentsHealthy, false, "SystemComponentsUnhealthy", string.Join("; ", faults));
    }

    // What counts to another condition, such as the virtual garden's, is no part of the seed.
    private static bool IsSystemComponent(ManagedResource resource) => resource.Spec.Class == ManagedResourceSettings.SeedClass
        && resource.Metadata.Label(GardenerLabels.Role) == GardenerRoles.SeedSystemComponent
        && resource.Metadata.Label(GardenerLabels.CareConditionType) is null;

    private async Task<SeedStatus> DescribeAsync(Seed seed, CancellationToken cancellationToken)
    {
        var system = await surroundings.SeedClient.GetAsync<Namespace>(ObjectKey.Cluster("kube-system"), cancellationToken);
        return new SeedStatus
        {
            Gardener = surroundings.Identity,
            KubernetesVersion = await ClusterVersion.ReadAsync(surroundings.SeedClient, cancellationToken),
            ClusterIdentity = seed.Status?.ClusterIdentity ?? $"{system.Metadata.Uid}-{surroundings.SeedName}",
            ObservedGeneration = seed.Metadata.Generation,
            LastOperation = new LastOperation
            {
                Type = seed.Status?.LastOperation is null ? LastOperationType.Create : LastOperationType.Reconcile,
                State = LastOperationState.Succeeded,
                Progress = 100,
                Description = "Seed reconciliation finished",
                LastUpdateTime = surroundings.Clock.GetUtcNow(),
            },
        };
    }

    private async Task<ReconcileResult> DeleteAsync(Seed seed, CancellationToken cancellationToken)
    {
        var shoots = await surroundings.GardenClient.ListAsync<Shoot>(ListOptions.All, cancellationToken);
        if (shoots.Items.Any(shoot => shoot.Spec.SeedName == surroundings.SeedName || shoot.Status?.SeedName == surroundings.SeedName))
        {
            return ReconcileResult.After(Again);
        }

        await surroundings.GardenClient.RemoveFinalizerAsync(seed, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }
}
