using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet;

/// <summary>Writes what comes of a Gardenlet into its status.</summary>
internal sealed class SelfUpgradeStatus(GardenletSurroundings surroundings)
{
    /// <summary>Reason of GardenletReconciled: the chart is applied.</summary>
    public const string Reconciled = "Reconciled";

    /// <summary>Reason of GardenletReconciled: it is not.</summary>
    public const string ReconcileError = "ReconcileError";

    /// <summary>Reason of GardenletRolledOut: all replicas are of the chart and available.</summary>
    public const string RolledOut = "RolledOut";

    /// <summary>Reason of GardenletRolledOut: replicas are replaced.</summary>
    public const string RolloutInProgress = "RolloutInProgress";

    /// <summary>Reason of GardenletRolledOut: that took too long.</summary>
    public const string RolloutFailed = "RolloutFailed";

    private const string True = "True";
    private const string False = "False";
    private const string Progressing = "Progressing";

    /// <summary>The chart is applied.</summary>
    public static GardenerCondition Applied(GardenletRelease release) =>
        Reconciliation(True, Reconciled, $"The chart {release.Reference} is applied{(release.Note is null ? "" : " " + release.Note)}");

    /// <summary>The chart is not applied, or no longer.</summary>
    public static GardenerCondition NotApplied(string why) => Reconciliation(False, ReconcileError, why);

    /// <summary>All replicas are of the release.</summary>
    /// <param name="release">The release.</param>
    /// <param name="gardenlet">Who asked for it, perhaps with an image of another version.</param>
    public static GardenerCondition Complete(GardenletRelease release, GardenletObject gardenlet) => Rollout(
        True,
        RolledOut,
        $"All replicas run gardenlet {release.Version}"
        + (gardenlet.Spec.Deployment.Image is { Ref: not null } or { Tag: not null }
            ? $" with the image that spec.deployment.image says, {release.Image}"
            : ""));

    /// <summary>Replicas are replaced.</summary>
    public static GardenerCondition InProgress(GardenletRelease release, string numbers) =>
        Rollout(Progressing, RolloutInProgress, $"Rolling out gardenlet {release.Version}: {numbers}");

    /// <summary>Replicas were not replaced in time.</summary>
    public static GardenerCondition Failed(string why) => Rollout(False, RolloutFailed, why);

    /// <summary>Writes conditions; no request when nothing changes.</summary>
    /// <param name="gardenlet">The object as it was seen last.</param>
    /// <param name="handled">Whether its generation was handled.</param>
    /// <param name="conditions">What is known now.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object as it is now.</returns>
    public async Task<GardenletObject> WriteAsync(
        GardenletObject gardenlet, bool handled, IReadOnlyList<GardenerCondition> conditions, CancellationToken cancellationToken)
    {
        var garden = surroundings.GardenClient;
        if (handled && gardenlet.Metadata.Generation is { } generation && gardenlet.Status?.ObservedGeneration != generation)
        {
            var body = StatusPatches.Of("observedGeneration", JsonValue.Create(generation));
            gardenlet = await garden.PatchAsync<GardenletObject>(
                gardenlet.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
        }

        return await garden.WriteConditionsAsync(
            gardenlet, value => value.Status?.Conditions, conditions, surroundings.Clock.GetUtcNow(), cancellationToken);
    }

    private static GardenerCondition Reconciliation(string status, string reason, string message) =>
        new() { Type = GardenerConditions.GardenletReconciled, Status = status, Reason = reason, Message = message };

    private static GardenerCondition Rollout(string status, string reason, string message) =>
        new() { Type = GardenerConditions.GardenletRolledOut, Status = status, Reason = reason, Message = message };
}
