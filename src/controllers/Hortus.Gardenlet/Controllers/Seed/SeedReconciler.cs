using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Prepares the seed cluster and reports it in the Seed's status.</summary>
internal sealed class SeedReconciler(GardenletSurroundings surroundings, SeedStatusWriter status, SeedCareReconciler care) : IReconciler
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ExtensionPeriod = TimeSpan.FromSeconds(5);

    private readonly SeedExtensions extensions = new(surroundings);

    /// <summary>Whether a change of the Seed is one of wishes rather than of reports.</summary>
    public static bool Matters(Seed? old, Seed? seed) =>
        seed is not null && (old is null
            || old.Metadata.Generation != seed.Metadata.Generation
            || (old.Metadata.DeletionTimestamp is null) != (seed.Metadata.DeletionTimestamp is null));

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
        var waitsFor = await extensions.EnsureAsync(seed, cancellationToken);
        seed = await status.PatchAsync(seed, await DescribeAsync(seed, waitsFor, cancellationToken), cancellationToken);
        await care.UpdateAsync(seed, cancellationToken);
        return waitsFor.Count == 0 ? ReconcileResult.Done : ReconcileResult.After(ExtensionPeriod);
    }

    private async Task<SeedStatus> DescribeAsync(
        Seed seed, IReadOnlyList<string> waitsFor, CancellationToken cancellationToken)
    {
        return new SeedStatus
        {
            Gardener = surroundings.Identity,
            KubernetesVersion = await ClusterVersion.ReadAsync(surroundings.SeedClient, cancellationToken),
            ClusterIdentity = seed.Status?.ClusterIdentity
                ?? await SeedRegistration.IdentityAsync(surroundings.SeedClient, surroundings.SeedName, cancellationToken),
            ObservedGeneration = seed.Metadata.Generation,
            Capacity = surroundings.Capacity.Capacity,
            Allocatable = surroundings.Capacity.Allocatable,
            ClientCertificateExpirationTimestamp = surroundings.Pass?.Credentials.Validity?.NotAfter,
            LastOperation = new LastOperation
            {
                Type = seed.Status?.LastOperation is null ? LastOperationType.Create : LastOperationType.Reconcile,
                State = waitsFor.Count == 0 ? LastOperationState.Succeeded : LastOperationState.Processing,
                Progress = waitsFor.Count == 0 ? 100 : 90,
                Description = waitsFor.Count == 0 ? "Seed reconciliation finished" : $"waiting for {string.Join("; ", waitsFor)}",
                LastUpdateTime = surroundings.Clock.GetUtcNow(),
            },
        };
    }

    private async Task<ReconcileResult> DeleteAsync(Seed seed, CancellationToken cancellationToken)
    {
        foreach (var field in new[] { "spec.seedName", "status.seedName" })
        {
            var shoots = await surroundings.GardenClient.ListAsync<Shoot>(
                new ListOptions { FieldSelector = $"{field}={surroundings.SeedName}", Limit = 1 }, cancellationToken);
            if (shoots.Items.Count > 0)
            {
                return ReconcileResult.After(Again);
            }
        }

        if (!await extensions.RemoveAsync(cancellationToken))
        {
            return ReconcileResult.After(ExtensionPeriod);
        }

        await surroundings.GardenClient.RemoveFinalizerAsync(seed, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }
}
