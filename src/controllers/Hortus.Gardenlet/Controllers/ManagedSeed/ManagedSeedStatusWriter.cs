using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Reports how far a ManagedSeed is, by conditions and events with the same words.</summary>
internal sealed class ManagedSeedStatusWriter(GardenletSurroundings surroundings)
{
    private const string Reconciling = "Reconciling";
    private const string Reconciled = "Reconciled";
    private const string ReconcileError = "ReconcileError";
    private const string Deleting = "Deleting";
    private const string DeleteError = "DeleteError";

    /// <summary>The shoot is not ready to be a seed.</summary>
    public Task<ManagedSeed> WaitsForShootAsync(ManagedSeed managed, CancellationToken cancellationToken) => SayAsync(
        managed, GardenerConditions.ShootReconciled, ConditionStatus.False, Reconciling,
        $"Waiting for shoot \"{ManagedSeedRules.ShootOf(managed)}\" to be reconciled", cancellationToken);

    /// <summary>The shoot is ready to be a seed.</summary>
    public Task<ManagedSeed> HasShootAsync(ManagedSeed managed, CancellationToken cancellationToken) => SayAsync(
        managed, GardenerConditions.ShootReconciled, ConditionStatus.True, Reconciled,
        $"Shoot \"{ManagedSeedRules.ShootOf(managed)}\" has been reconciled", cancellationToken);

    /// <summary>The gardenlet is deployed and has registered its Seed.</summary>
    public Task<ManagedSeed> RegisteredAsync(ManagedSeed managed, CancellationToken cancellationToken) => SayAsync(
        managed, GardenerConditions.SeedRegistered, ConditionStatus.True, Reconciled,
        $"Seed \"{managed.Metadata.Name}\" has been registered", cancellationToken);

    /// <summary>The gardenlet is deployed and has not registered its Seed yet.</summary>
    public Task<ManagedSeed> WaitsForSeedAsync(ManagedSeed managed, string? said, CancellationToken cancellationToken) => SayAsync(
        managed, GardenerConditions.SeedRegistered, ConditionStatus.Progressing, Reconciling,
        "Waiting for seed registration" + (said is null ? "" : $"; {said}"), cancellationToken);

    /// <summary>It does not go on.</summary>
    public Task<ManagedSeed> FailedAsync(ManagedSeed managed, string why, CancellationToken cancellationToken) => SayAsync(
        managed, GardenerConditions.SeedRegistered, ConditionStatus.False,
        managed.Metadata.IsDeleting() ? DeleteError : ReconcileError, why, cancellationToken);

    /// <summary>It is being taken away.</summary>
    public Task<ManagedSeed> GoesAsync(ManagedSeed managed, string step, CancellationToken cancellationToken) => SayAsync(
        managed, GardenerConditions.SeedRegistered, ConditionStatus.False, Deleting, step, cancellationToken);

    private async Task<ManagedSeed> SayAsync(
        ManagedSeed managed, string type, string status, string reason, string message, CancellationToken cancellationToken)
    {
        var garden = surroundings.GardenClient;
        if (managed.Metadata.Generation is { } generation && managed.Status?.ObservedGeneration != generation)
        {
            var body = StatusPatches.Of("observedGeneration", JsonValue.Create(generation));
            managed = await garden.PatchAsync<ManagedSeed>(
                managed.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
        }

        var condition = new GardenerCondition { Type = type, Status = status, Reason = reason, Message = message };
        var written = await garden.WriteConditionsAsync(
            managed, value => value.Status?.Conditions, [condition], surroundings.Clock.GetUtcNow(), cancellationToken);
        if (!ReferenceEquals(written, managed))
        {
            Record(managed, reason, message);
        }

        return written;
    }

    private void Record(ManagedSeed managed, string reason, string message)
    {
        if (reason is ReconcileError or DeleteError)
        {
            surroundings.Garden.Events.Warning(managed, reason, message);
        }
        else
        {
            surroundings.Garden.Events.Normal(managed, reason, message);
        }
    }
}
