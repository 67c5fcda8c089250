using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>What to do with a shoot now.</summary>
internal enum ShootAction
{
    /// <summary>Nothing until <see cref="ShootDecision.Again"/>.</summary>
    Wait,

    /// <summary>Only tell extensions what the Shoot looks like.</summary>
    SyncCluster,

    /// <summary>Run the operation.</summary>
    Run,
}

/// <summary>What to do with a shoot, and when to look again.</summary>
/// <param name="Action">What to do now.</param>
/// <param name="Operation">One of <see cref="LastOperationType"/>.</param>
/// <param name="Again">Time until the next look; null waits for a change.</param>
internal sealed record ShootDecision(ShootAction Action, string Operation, TimeSpan? Again)
{
    /// <summary>Decides by the Shoot, its seed's emergency switch and the clock.</summary>
    public static ShootDecision Of(Shoot shoot, bool emergencyStop, TimeSpan syncPeriod, DateTimeOffset now)
    {
        var operation = OperationOf(shoot);
        var last = shoot.Status?.LastOperation;
        if (emergencyStop)
        {
            return new(ShootAction.Wait, operation, null);
        }

        var isCurrent = shoot.Status?.ObservedGeneration == shoot.Metadata.Generation;
        if (shoot.Metadata.Annotation(GardenerAnnotations.ShootIgnore) == "true"
            || (last?.State == LastOperationState.Failed
                && isCurrent
                && !(shoot.Metadata.IsDeleting() && last.Type != LastOperationType.Delete)))
        {
            return new(ShootAction.SyncCluster, operation, null);
        }

        if (operation != LastOperationType.Reconcile || !isCurrent || last?.State != LastOperationState.Succeeded)
        {
            return new(ShootAction.Run, operation, null);
        }

        // Windows of maintenance (confineSpecUpdateRollout) are kept once the maintenance controller opens them.
        var due = (last.LastUpdateTime ?? now) + syncPeriod - now;
        return due <= TimeSpan.Zero
            ? new(ShootAction.Run, operation, null)
            : new(ShootAction.Wait, operation, due);
    }

    /// <summary>The operation that the Shoot needs.</summary>
    public static string OperationOf(Shoot shoot) => LastOperationType.For(shoot.Metadata.IsDeleting(), shoot.Status?.LastOperation);

    /// <summary>Whether a change of the Shoot is one of wishes rather than of reports.</summary>
    public static bool Matters(Shoot? old, Shoot? shoot) =>
        Wishes.Differ(old, shoot) || (old is not null && shoot is not null && (
            old.Spec.SeedName != shoot.Spec.SeedName
            || old.Metadata.Annotation(GardenerAnnotations.ShootIgnore) != shoot.Metadata.Annotation(GardenerAnnotations.ShootIgnore)));
}
