using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Sets the seed cluster up, or takes away what was set up there, step by step, and reports that in the Seed's status.</summary>
internal sealed class SeedReconciler(GardenletSurroundings surroundings, SeedStatusWriter status, SeedCareReconciler care) : IReconciler
{
    // What most steps wait for wakes the controller; the rest is looked at after this time.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    private readonly SeedProgress progress = new(surroundings, status);
    private readonly SeedSetup setup = new(surroundings, care);
    private readonly SeedTeardown teardown = new(surroundings);
    private (string Step, long Since)? waiting;
    private volatile bool isWaiting;

    /// <summary>Registers the controller with what it watches in garden and seed.</summary>
    public void AddTo(IControllerManager garden)
    {
        var key = ObjectKey.Cluster(surroundings.SeedName);
        garden.AddController("seed", this, controller => controller
            .For<Seed>((old, seed) => (seed ?? old)!.Metadata.Name == surroundings.SeedName && Wishes.Differ(old, seed))
            .Watches<ControllerInstallation>(_ => WhileWaiting(key), scope: surroundings.Scopes.Installations)
            .Watches<BackupBucket>(_ => WhileWaiting(key), scope: surroundings.Scopes.BackupBuckets)
            .WatchesOn<Ext.Extension>(surroundings.Seed, _ => WhileWaiting(key))
            .WatchesOn<ManagedResource>(
                surroundings.Seed, _ => [key], (old, resource) => resource is null && SeedCareReconciler.IsSystemComponent(old!))
            .WatchesOn<Deployment>(surroundings.Seed, _ => [key], (_, deployment) => deployment is null, SeedResourceManager.Scope)
            .WithConcurrency(1));
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var seed = await surroundings.GardenClient.FindAsync<Seed>(key, cancellationToken);
        if (seed is null || key.Name != surroundings.SeedName)
        {
            return ReconcileResult.Done;
        }

        if (!seed.Metadata.IsDeleting())
        {
            seed = await surroundings.GardenClient.AddFinalizerAsync(seed, GardenerFinalizers.Gardener, cancellationToken);
        }
        else if (!seed.Metadata.HasFinalizer(GardenerFinalizers.Gardener))
        {
            return ReconcileResult.Done;
        }

        var operation = SeedProgress.OperationOf(seed);
        seed = await progress.StartAsync(seed, operation, cancellationToken);
        var steps = seed.Metadata.IsDeleting()
            ? await teardown.StepsAsync(seed, cancellationToken)
            : setup.StepsFor(seed);
        for (var done = 0; done < steps.Count; done++)
        {
            if (await RunAsync(seed, operation, steps[done], 100 * done / steps.Count, cancellationToken) is { } result)
            {
                return result;
            }
        }

        waiting = null;
        seed = await progress.SucceedAsync(seed, operation, cancellationToken);
        if (seed.Metadata.IsDeleting())
        {
            await surroundings.GardenClient.RemoveFinalizerAsync(seed, GardenerFinalizers.Gardener, cancellationToken);
            return ReconcileResult.Done;
        }

        return ReconcileResult.After(surroundings.Settings.SeedSyncPeriod);
    }

    // Null: the step is done.
    private async Task<ReconcileResult?> RunAsync(
        Seed seed, string operation, SeedStep step, int percent, CancellationToken cancellationToken)
    {
        string? waitsFor;
        try
        {
            waitsFor = await step.Run(cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            await progress.FailAsync(seed, operation, percent, $"{step.Name}: {e.Message}", cancellationToken);
            throw;
        }

        isWaiting = waitsFor is not null;
        if (waitsFor is null)
        {
            return null;
        }

        if (waiting?.Step != step.Name)
        {
            waiting = (step.Name, surroundings.Clock.GetTimestamp());
        }

        var tooLong = step.WaitMax is { } most && surroundings.Clock.GetElapsedTime(waiting.Value.Since) > most;
        await progress.WaitAsync(seed, operation, percent, $"{step.Name}: waiting for {waitsFor}", tooLong, cancellationToken);
        return ReconcileResult.After(Again);
    }

    private IEnumerable<ObjectKey> WhileWaiting(ObjectKey key) => isWaiting ? [key] : [];
}
