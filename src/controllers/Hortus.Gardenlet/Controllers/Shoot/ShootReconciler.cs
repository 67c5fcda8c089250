using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Decides what a shoot needs and runs it.</summary>
internal sealed class ShootReconciler(GardenletSurroundings surroundings) : IReconciler
{
    private static readonly TimeSpan SeedCheckPeriod = TimeSpan.FromSeconds(15);
    private static readonly DoublingPause Again = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));

    private readonly ConcurrentDictionary<ObjectKey, int> failures = [];

    /// <summary>Registers the controller with what it watches.</summary>
    public static void AddTo(GardenletSurroundings surroundings)
    {
        var (seedName, shoots) = (surroundings.SeedName, surroundings.Garden.CacheOf<Shoot>(surroundings.Scopes.Shoots));
        surroundings.Garden.AddController("shoot", new ShootReconciler(surroundings), controller => controller
            .For<Shoot>((old, shoot) => IsOurs(shoot ?? old!, seedName) && ShootDecision.Matters(old, shoot), surroundings.Scopes.Shoots)
            .Watches<Seed>(
                _ => shoots.List().Where(s => IsOurs(s, seedName) && IsUnfinished(s)).Select(s => s.Key),
                (old, seed) => seed?.Metadata.Name == seedName && Readiness(old) != Readiness(seed))
            .WithConcurrency(surroundings.Settings.ConcurrentShoots));
    }

    /// <summary>Whether the shoot's control plane is (or is to be) in this gardenlet's seed.</summary>
    public static bool IsOurs(Shoot shoot, string seedName) =>
        shoot.Spec.SeedName == seedName && (shoot.Status?.SeedName is null or "" || shoot.Status.SeedName == seedName);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var shoot = await surroundings.GardenClient.FindAsync<Shoot>(key, cancellationToken);
        if (shoot is null || !IsOurs(shoot, surroundings.SeedName))
        {
            failures.TryRemove(key, out _);
            return ReconcileResult.Done;
        }

        var seed = await surroundings.GardenClient.FindAsync<Seed>(ObjectKey.Cluster(surroundings.SeedName), cancellationToken);
        var stopped = seed?.Metadata.Annotation(GardenerAnnotations.SeedEmergencyStopShootReconciliations) is not null;
        var decision = ShootDecision.Of(shoot, stopped, surroundings.Settings.ShootSyncPeriod, surroundings.Clock.GetUtcNow());
        switch (decision.Action)
        {
            case ShootAction.SyncCluster:
                await ClusterSync.UpdateShootAsync(surroundings.SeedClient, shoot, cancellationToken);
                return ReconcileResult.Done;
            case ShootAction.Run:
                return await RunAsync(shoot, seed, decision.Operation, cancellationToken);
            default:
                return decision.Again is { } again ? ReconcileResult.After(again) : ReconcileResult.Done;
        }
    }

    private async Task<ReconcileResult> RunAsync(Shoot shoot, Seed? seed, string operation, CancellationToken cancellationToken)
    {
        if (shoot.Metadata.IsDeleting() && string.IsNullOrEmpty(shoot.Status?.Uid))
        {
            // Nothing was ever made for it, so even a misconfigured shoot can go.
            await surroundings.GardenClient.RemoveFinalizerAsync(shoot, GardenerFinalizers.Gardener, cancellationToken);
            return ReconcileResult.Done;
        }

        var run = new ShootRun(surroundings, shoot, operation);
        if (SeedCheck.WhyNot(seed, surroundings.Identity) is { } reason)
        {
            await run.ReportSeedUnfitAsync(reason, cancellationToken);
            return ReconcileResult.After(SeedCheckPeriod);
        }

        switch (await run.RunAsync(seed!, cancellationToken))
        {
            case ShootRunOutcome.Succeeded:
                failures.TryRemove(shoot.Key, out _);
                return operation == LastOperationType.Delete
                    ? ReconcileResult.Done
                    : ReconcileResult.After(surroundings.Settings.ShootSyncPeriod);
            case ShootRunOutcome.Retry:
                return ReconcileResult.After(Again.After(failures.AddOrUpdate(shoot.Key, 1, (_, before) => before + 1)));
            default:
                return ReconcileResult.Done;
        }
    }

    private static bool IsUnfinished(Shoot shoot) => shoot.Status?.LastOperation?.State is not LastOperationState.Succeeded;

    private static string Readiness(Seed? seed) =>
        $"{seed?.Status?.Gardener?.Id} {seed?.Status?.ObservedGeneration == seed?.Metadata.Generation} "
        + string.Join(',', seed?.Status?.Conditions?.Select(c => $"{c.Type}={c.Status}") ?? [])
        + seed?.Metadata.Annotation(GardenerAnnotations.SeedEmergencyStopShootReconciliations);
}
