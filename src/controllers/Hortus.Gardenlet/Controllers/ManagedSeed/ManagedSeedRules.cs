using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Gardenlet;

/// <summary>What concerns ManagedSeeds, and when. Pure.</summary>
internal static class ManagedSeedRules
{
    /// <summary>Whether a Shoot has all that its present generation asks for.</summary>
    public static bool IsReconciled(Shoot shoot) =>
        shoot.Status is { LastOperation.State: LastOperationState.Succeeded } status
        && status.ObservedGeneration == shoot.Metadata.Generation;

    /// <summary>Whether a Shoot became one that a ManagedSeed can go on with.</summary>
    public static bool BecomesReconciled(Shoot? old, Shoot? shoot) =>
        shoot is not null && IsReconciled(shoot) && (old is null || !IsReconciled(old));

    /// <summary>Whether a Seed came, goes or is gone.</summary>
    public static bool Matters(Seed? old, Seed? seed) =>
        old is null || seed is null || old.Metadata.IsDeleting() != seed.Metadata.IsDeleting();

    /// <summary>The ManagedSeed of a Seed, if it is of one.</summary>
    public static ObjectKey KeyOf(Seed seed) => new(GardenerNames.GardenNamespace, seed.Metadata.Name!);

    /// <summary>The Shoot that a ManagedSeed makes a seed.</summary>
    public static ObjectKey ShootOf(ManagedSeed managed) => new(managed.Metadata.Namespace, managed.Spec.Shoot?.Name ?? "");
}
