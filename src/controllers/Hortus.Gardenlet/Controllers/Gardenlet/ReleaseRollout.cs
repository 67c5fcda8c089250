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

/// <summary>Follows the rollout of the gardenlet itself, and goes back when it fails.</summary>
internal sealed partial class ReleaseRollout(GardenletSurroundings surroundings, SelfUpgradeStatus status, LastGoodStore store)
{
    private const string RolledBackReason = "GardenletRolledBack";
    private static readonly TimeSpan LateAgain = TimeSpan.FromMinutes(1);

    private readonly ILogger log = surroundings.Logs.CreateLogger<ReleaseRollout>();

    /// <summary>What the Gardenlet says after a rollback.</summary>
    public static IReadOnlyList<GardenerCondition> RolledBack(string failure, GardenletRelease good)
    {
        var text = $"{failure}; back at {good}. Change the Gardenlet to try another version, or annotate it with "
            + $"{GardenerAnnotations.Operation}=reconcile to try this one again";
        return [SelfUpgradeStatus.NotApplied(text), SelfUpgradeStatus.Failed(text)];
    }

    /// <summary>Looks at the Deployment, and does what is due.</summary>
    /// <returns>What is applied now, and when to look again.</returns>
    /// <exception cref="GardenletInstallException">What is due cannot be done.</exception>
    public async Task<(AppliedRelease Applied, ReconcileResult Again)> FollowAsync(
        GardenletObject gardenlet, AppliedRelease applied, CancellationToken cancellationToken)
    {
        // The time first: a state that is read after it cannot be late only because reading it took long.
        var now = surroundings.Clock.GetUtcNow();
        var inventory = await GardenletInventory.ReadAsync(surroundings.SeedClient, cancellationToken);
        var live = await surroundings.SeedClient.FindAsync<Deployment>(GardenletNames.DeploymentKey, cancellationToken);
        var progress = RolloutProgress.Of(
            applied.Release, live, inventory.Since, now, surroundings.Settings.GardenletRolloutMax);
        switch (progress.State)
        {
            case RolloutState.Complete:
                await CompleteAsync(gardenlet, applied, cancellationToken);
                return (applied, ReconcileResult.Done);
            case RolloutState.InProgress:
                if (applied.Failure is null)
                {
                    await status.WriteAsync(
                        gardenlet, false, [SelfUpgradeStatus.InProgress(applied.Release, progress.Text)], cancellationToken);
                }

                return (applied, ReconcileResult.After(progress.Left));
            default:
                return (await LateAsync(gardenlet, applied, live, progress.Text, cancellationToken), ReconcileResult.After(LateAgain));
        }
    }

    private async Task CompleteAsync(GardenletObject gardenlet, AppliedRelease applied, CancellationToken cancellationToken)
    {
        if (applied.Failure is null)
        {
            var known = await store.ReadAsync(cancellationToken);
            if (known.Release?.Identity != applied.Release.Identity || known.Failed is not null)
            {
                LogRolledOut(log, applied.Release.Version, applied.Release.Reference);
                if (!await store.WriteAsync(new LastGood { Release = applied.Release }, cancellationToken))
                {
                    LogTooLarge(log, applied.Release.Version);
                }
            }

            await status.WriteAsync(gardenlet, false, [SelfUpgradeStatus.Complete(applied.Release, gardenlet)], cancellationToken);
        }

        var pruned = await surroundings.Installer.PruneAsync(applied.Release, surroundings.SeedClient, cancellationToken);
        if (pruned.Count > 0)
        {
            LogPruned(log, applied.Release.Version, string.Join(", ", pruned));
        }
    }

    private async Task<AppliedRelease> LateAsync(
        GardenletObject gardenlet, AppliedRelease applied, Deployment? live, string numbers, CancellationToken cancellationToken)
    {
        var fault = await GardenletPods.FaultAsync(surroundings.SeedClient, live, cancellationToken);
        var limit = RolloutProgress.DeadlineOf(applied.Release, surroundings.Settings.GardenletRolloutMax).TotalSeconds;
        var failure = $"gardenlet {applied.Release.Version} did not roll out within {limit:F0} s: {numbers}"
            + (fault.Length == 0 ? "" : $"; {fault}");
        if (applied.Failure is not null)
        {
            await status.WriteAsync(
                gardenlet, false, [SelfUpgradeStatus.Failed($"{applied.Failure}; and going back: {failure}")], cancellationToken);
            return applied;
        }

        var known = await store.ReadAsync(cancellationToken);
        if (known.Release is not { } good || good.Identity == applied.Release.Identity)
        {
            var hint = known.Release is null ? "; there is no earlier release to go back to" : "";
            await status.WriteAsync(gardenlet, false, [SelfUpgradeStatus.Failed(failure + hint)], cancellationToken);
            return applied;
        }

        // Written down first: whoever leads after a crash in between goes on with the way back.
        LogRollingBack(log, failure, good.Version);
        await store.WriteAsync(known with { Failed = applied.Mark, Failure = failure }, cancellationToken);
        await surroundings.Installer.ApplyAsync(good, surroundings.SeedClient, cancellationToken);
        gardenlet = await status.WriteAsync(gardenlet, false, RolledBack(failure, good), cancellationToken);
        surroundings.Garden.Events.Warning(gardenlet, RolledBackReason, $"{failure}; going back to {good}");
        return new AppliedRelease(applied.Mark, good, surroundings.Clock.GetTimestamp(), failure);
    }

    [LoggerMessage(7310, LogLevel.Information, "all replicas run gardenlet {Version} from chart {Chart}")]
    private static partial void LogRolledOut(ILogger logger, string version, string chart);

    [LoggerMessage(7311, LogLevel.Warning, "{Reason}; going back to gardenlet {Version}")]
    private static partial void LogRollingBack(ILogger logger, string reason, string version);

    [LoggerMessage(7312, LogLevel.Information, "deleted what gardenlet {Version} no longer has: {Objects}")]
    private static partial void LogPruned(ILogger logger, string version, string objects);

    [LoggerMessage(7313, LogLevel.Warning, "the objects of gardenlet {Version} do not fit into a Secret: nobody can go back to it")]
    private static partial void LogTooLarge(ILogger logger, string version);
}
