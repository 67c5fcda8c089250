using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Makes seeds of shoots: for each ManagedSeed whose Shoot lives on this seed, deploys a gardenlet in the shoot and keeps it,
/// until the ManagedSeed goes.</summary>
internal sealed class ManagedSeedReconciler : IReconciler
{
    private static readonly TimeSpan RunMax = TimeSpan.FromMinutes(5);
    private static readonly DoublingPause Again = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));
    private static readonly TimeSpan RolloutPeriod = TimeSpan.FromSeconds(5);

    private readonly GardenletSurroundings surroundings;
    private readonly ManagedSeedStatusWriter status;
    private readonly ManagedSeedDeployment deployment;
    private readonly ManagedSeedRemoval removal;
    private readonly IObjectCache<Shoot> shoots;
    private readonly IObjectCache<ManagedSeed> all;
    private readonly ConcurrentDictionary<ObjectKey, int> failures = [];
    private readonly ConcurrentDictionary<ObjectKey, bool> seen = [];

    public ManagedSeedReconciler(GardenletSurroundings surroundings)
    {
        this.surroundings = surroundings;
        status = new ManagedSeedStatusWriter(surroundings);
        deployment = new ManagedSeedDeployment(surroundings);
        removal = new ManagedSeedRemoval(surroundings);
        shoots = surroundings.Garden.CacheOf<Shoot>(surroundings.Scopes.Shoots);
        all = surroundings.Garden.CacheOf<ManagedSeed>(surroundings.Scopes.ManagedSeeds);
    }

    /// <summary>Registers the controller.</summary>
    public void AddTo(IControllerManager garden) => garden.AddController("managedseed", this, controller => controller
        .For<ManagedSeed>(Wishes.Differ, surroundings.Scopes.ManagedSeeds)
        .Watches<Shoot>(
            shoot => all.List().Where(managed => ManagedSeedRules.ShootOf(managed) == shoot.Key).Select(managed => managed.Key),
            ManagedSeedRules.BecomesReconciled,
            surroundings.Scopes.Shoots)
        .Watches<Seed>(seed => all.Find(ManagedSeedRules.KeyOf(seed)) is { } managed ? [managed.Key] : [], ManagedSeedRules.Matters)
        .WithConcurrency(surroundings.Settings.ConcurrentManagedSeeds)
        .WithResync(surroundings.Settings.ManagedSeedSyncPeriod));

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        // Of Shoots on other seeds the garden says nothing; when one comes to this seed, it starts a run.
        if (await surroundings.GardenClient.FindAsync<ManagedSeed>(key, cancellationToken) is not { } managed
            || shoots.Find(ManagedSeedRules.ShootOf(managed)) is not { } known
            || !ShootReconciler.IsOurs(known, surroundings.SeedName))
        {
            failures.TryRemove(key, out _);
            return ReconcileResult.Done;
        }

        if (Jitter(managed) is { } pause)
        {
            return ReconcileResult.After(pause);
        }

        using var timeout = new CancellationTokenSource(RunMax, surroundings.Clock);
        using var run = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        try
        {
            var result = managed.Metadata.IsDeleting()
                ? await DeleteAsync(managed, run.Token)
                : await DeployAsync(managed, run.Token);
            failures.TryRemove(key, out _);
            return result;
        }
        catch (Exception e) when (IsFailure(e, cancellationToken))
        {
            var text = e switch
            {
                OperationCanceledException => $"the shoot has not taken it within {RunMax.TotalMinutes:0} minutes",
                HttpRequestException or IOException => $"the shoot or the garden does not answer: {e.Message}",
                _ => e.Message,
            };
            await status.FailedAsync(managed, text, cancellationToken);
            return ReconcileResult.After(Again.After(failures.AddOrUpdate(key, 1, (_, before) => before + 1)));
        }
    }

    private static bool IsFailure(Exception e, CancellationToken cancellationToken) =>
        e is ManagedSeedException or GardenletInstallException or ApiException or HttpRequestException or IOException
        || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private async Task<ReconcileResult> DeployAsync(ManagedSeed managed, CancellationToken cancellationToken)
    {
        var garden = surroundings.GardenClient;
        managed = await garden.AddFinalizerAsync(managed, GardenerFinalizers.Gardener, cancellationToken);
        var shoot = await garden.GetAsync<Shoot>(ManagedSeedRules.ShootOf(managed), cancellationToken);
        if (!ManagedSeedRules.IsReconciled(shoot))
        {
            await status.WaitsForShootAsync(managed, cancellationToken);
            return ReconcileResult.After(surroundings.Settings.ManagedSeedWaitPeriod);
        }

        managed = await status.HasShootAsync(managed, cancellationToken);
        var name = ObjectKey.Cluster(managed.Metadata.Name!);
        var seed = await garden.FindAsync<Seed>(name, cancellationToken);

        // What its network is, the Shoot may have learnt after the ManagedSeed was written.
        var complete = ManagedSeedShootRules.Complete(managed, shoot);
        var progress = await deployment.RunAsync(complete, seed, await ConnectAsync(shoot, cancellationToken), cancellationToken);
        managed = await ConsumeOperationAsync(managed, cancellationToken);
        if (await garden.FindAsync<Seed>(name, cancellationToken) is null)
        {
            await status.WaitsForSeedAsync(managed, progress.Said, cancellationToken);
            return ReconcileResult.After(surroundings.Settings.ManagedSeedWaitPeriod);
        }

        await status.RegisteredAsync(managed, cancellationToken);
        return progress.IsDone ? ReconcileResult.Done : ReconcileResult.After(RolloutPeriod);
    }

    private async Task<ReconcileResult> DeleteAsync(ManagedSeed managed, CancellationToken cancellationToken)
    {
        if (!managed.Metadata.HasFinalizer(GardenerFinalizers.Gardener))
        {
            return ReconcileResult.Done;
        }

        var shoot = await surroundings.GardenClient.GetAsync<Shoot>(ManagedSeedRules.ShootOf(managed), cancellationToken);
        var client = await ConnectAsync(shoot, cancellationToken);
        if (await removal.StepAsync(managed, client, cancellationToken) is { } step)
        {
            await status.GoesAsync(managed, step, cancellationToken);
            return ReconcileResult.After(Again.First);
        }

        await surroundings.GardenClient.RemoveFinalizerAsync(managed, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task<IKubernetesClient> ConnectAsync(Shoot shoot, CancellationToken cancellationToken) =>
        shoot.Status?.TechnicalID is { Length: > 0 } technicalID
            && await ShootConnector.FindAsync(surroundings, technicalID, cancellationToken) is { } client
            ? client
            : throw new ManagedSeedException($"shoot \"{shoot.Key}\" cannot be reached: {ShootConnector.NoCredentials}");

    private async Task<ManagedSeed> ConsumeOperationAsync(ManagedSeed managed, CancellationToken cancellationToken)
    {
        if (managed.Metadata.Annotation(GardenerAnnotations.Operation) != GardenerOperations.RenewKubeconfig)
        {
            return managed;
        }

        var annotations = new JsonObject { [GardenerAnnotations.Operation] = null };
        return await surroundings.GardenClient.PatchAsync<ManagedSeed>(
            managed.Key,
            Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } }),
            cancellationToken);
    }

    private TimeSpan? Jitter(ManagedSeed managed)
    {
        var isNew = seen.TryAdd(managed.Key, true);
        var isChanged = managed.Status?.ObservedGeneration != managed.Metadata.Generation;
        return !isNew || managed.Metadata.IsDeleting() || (isChanged && !surroundings.Settings.ManagedSeedJitterUpdates)
            ? null
            : surroundings.Settings.ManagedSeedJitterPeriod * surroundings.Random.NextDouble();
    }
}
