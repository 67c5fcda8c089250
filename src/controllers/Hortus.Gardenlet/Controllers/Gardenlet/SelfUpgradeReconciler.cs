using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet;

/// <summary>
/// Keeps the gardenlet as its own Gardenlet says: applies the chart, follows the rollout, and goes back to the last good release when
/// it does not complete in time. The rollout replaces the process that began it: everything that has to be known afterwards is in the
/// cluster, and whichever replica leads goes on. When a step fails, the running gardenlet stays in service.
/// </summary>
internal sealed partial class SelfUpgradeReconciler : IReconciler
{
    private static readonly DoublingPause Again = new(TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5));

    private readonly GardenletSurroundings surroundings;
    private readonly SelfUpgradeStatus status;
    private readonly OwnRelease own;
    private readonly LastGoodStore store;
    private readonly ReleaseRollout rollout;
    private readonly ILogger log;
    private AppliedRelease? applied;
    private int failures;

    public SelfUpgradeReconciler(GardenletSurroundings surroundings)
    {
        this.surroundings = surroundings;
        status = new SelfUpgradeStatus(surroundings);
        own = new OwnRelease(surroundings);
        store = new LastGoodStore(surroundings.SeedClient);
        rollout = new ReleaseRollout(surroundings, status, store);
        log = surroundings.Logs.CreateLogger<SelfUpgradeReconciler>();
    }

    /// <summary>Registers the controller.</summary>
    public void AddTo(IControllerManager garden)
    {
        var self = new ObjectKey(GardenerNames.GardenNamespace, surroundings.SeedName);
        garden.AddController("gardenlet", this, controller => controller
            .For<GardenletObject>(
                (old, gardenlet) => old is null || gardenlet is null || LastGoodStore.MarkOf(old) != LastGoodStore.MarkOf(gardenlet),
                new CacheScope(self.Namespace, FieldSelector: $"metadata.name={self.Name}"))
            .WatchesOn<Deployment>(
                surroundings.Seed,
                _ => [self],
                scope: new CacheScope(GardenerNames.GardenNamespace, FieldSelector: $"metadata.name={GardenletNames.Deployment}"))
            .WithConcurrency(1)
            .WithResync(surroundings.Settings.GardenletSyncPeriod));
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var gardenlet = await surroundings.GardenClient.FindAsync<GardenletObject>(key, cancellationToken);
        if (gardenlet is null || gardenlet.Metadata.IsDeleting())
        {
            // The object goes, the gardenlet stays.
            applied = null;
            return ReconcileResult.Done;
        }

        using var limit = new CancellationTokenSource(surroundings.Settings.GardenletSyncPeriod, surroundings.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            if (IsDue(gardenlet))
            {
                (gardenlet, applied) = await ApplyAsync(gardenlet, either.Token);
                failures = 0;
            }
        }
        catch (GardenletInstallException e)
        {
            return await FailAsync(gardenlet, e, either.Token);
        }

        (applied, var again) = await rollout.FollowAsync(gardenlet, applied!, either.Token);
        return again;
    }

    private bool IsDue(GardenletObject gardenlet) => applied is null || failures > 0 || applied.Mark != LastGoodStore.MarkOf(gardenlet)
        || surroundings.Clock.GetElapsedTime(applied.At) >= surroundings.Settings.GardenletSyncPeriod;

    private async Task<(GardenletObject, AppliedRelease)> ApplyAsync(GardenletObject gardenlet, CancellationToken cancellationToken)
    {
        var mark = LastGoodStore.MarkOf(gardenlet);
        var known = await store.ReadAsync(cancellationToken);
        if (known.Failed == mark && known.Release is { } good)
        {
            // Until somebody changes the Gardenlet; and to go on where a rollback was interrupted.
            await surroundings.Installer.ApplyAsync(good, surroundings.SeedClient, cancellationToken);
            gardenlet = await status.WriteAsync(
                gardenlet, true, ReleaseRollout.RolledBack(known.Failure ?? "", good), cancellationToken);
            return (gardenlet, new AppliedRelease(mark, good, surroundings.Clock.GetTimestamp(), known.Failure));
        }

        var reference = Hortus.Components.Charts.ChartLoader.ReferenceOf(gardenlet.Spec.Deployment.Helm.OciRepository);
        surroundings.Garden.Events.Normal(gardenlet, "Reconciling", $"applying the chart {reference}");
        var release = await own.PrepareAsync(gardenlet, cancellationToken);
        foreach (var notice in release.Notices)
        {
            surroundings.Garden.Events.Warning(gardenlet, notice.Reason, notice.Message);
        }

        LogApplying(log, release.Version, release.Reference, release.Digest);
        if ((await GardenletInventory.ReadAsync(surroundings.SeedClient, cancellationToken)).Release != release.Identity)
        {
            // Before the first object, so that nobody takes the end of the former rollout for that of this one.
            gardenlet = await status.WriteAsync(
                gardenlet, false, [SelfUpgradeStatus.InProgress(release, "its objects are being applied")], cancellationToken);
        }

        await surroundings.Installer.ApplyAsync(release, surroundings.SeedClient, cancellationToken);
        gardenlet = await status.WriteAsync(gardenlet, true, [SelfUpgradeStatus.Applied(release)], cancellationToken);
        gardenlet = await new KubeconfigRenewal(surroundings).ForwardAsync(gardenlet, cancellationToken);
        surroundings.Garden.Events.Normal(
            gardenlet, SelfUpgradeStatus.Reconciled, $"the chart {release.Reference} ({release.Digest}) is applied");
        return (gardenlet, new AppliedRelease(mark, release, surroundings.Clock.GetTimestamp(), null));
    }

    private async Task<ReconcileResult> FailAsync(
        GardenletObject gardenlet, GardenletInstallException failure, CancellationToken cancellationToken)
    {
        LogFailed(log, failure.Step, failure.Message);
        GardenerCondition condition = SelfUpgradeStatus.NotApplied(failure.Message);
        if (failures++ == 0 || !(gardenlet.Status?.Conditions ?? []).Any(c => c.Type == condition.Type && c.Message == condition.Message))
        {
            surroundings.Garden.Events.Warning(gardenlet, SelfUpgradeStatus.ReconcileError, failure.Message);
        }

        gardenlet = await status.WriteAsync(gardenlet, true, [condition], cancellationToken);
        if (applied is not null)
        {
            // A rollout that is under way is followed all the same.
            (applied, _) = await rollout.FollowAsync(gardenlet, applied, cancellationToken);
        }

        return ReconcileResult.After(Again.After(failures));
    }

    [LoggerMessage(7300, LogLevel.Information, "applying gardenlet {Version} from chart {Chart} ({Digest})")]
    private static partial void LogApplying(ILogger logger, string version, string chart, string digest);

    [LoggerMessage(7301, LogLevel.Warning, "the gardenlet's own chart is not applied, step {Step}: {Reason}")]
    private static partial void LogFailed(ILogger logger, GardenletInstallStep step, string reason);
}
