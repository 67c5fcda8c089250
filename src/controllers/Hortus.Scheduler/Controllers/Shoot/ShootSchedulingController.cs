using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.Scheduler;

/// <summary>Which changes make the scheduler look at which shoots.</summary>
internal static class ShootSchedulingController
{
    public static void AddTo(IControllerManager manager, SeedStrategy strategy, TimeProvider clock) =>
        manager.AddController("shoot-scheduler", new ShootSchedulingReconciler(manager, strategy, clock), controller => controller
            .For<Shoot>((_, shoot) => shoot is not null && IsUnscheduled(shoot))
            .Watches<Seed>(_ => Waiting(manager), MayHelp)
            .Watches<CloudProfile>(_ => Waiting(manager))
            .Watches<NamespacedCloudProfile>(_ => Waiting(manager))
            .WithConcurrency(1)); // One at a time: each decision must see the shoots placed by the one before.

    /// <summary>Whether the shoot is ours to place.</summary>
    public static bool IsUnscheduled(Shoot shoot) =>
        string.IsNullOrEmpty(shoot.Spec.SeedName)
        && shoot.Metadata.DeletionTimestamp is null
        && shoot.Spec.SchedulerName is null or "" or GardenerNames.DefaultScheduler;

    private static IEnumerable<ObjectKey> Waiting(IControllerManager manager) =>
        manager.CacheOf<Shoot>().List().Where(IsUnscheduled).Select(shoot => shoot.Key);

    // Heartbeats of conditions come every few seconds; only what a rule looks at can free the way.
    private static bool MayHelp(Seed? old, Seed? seed) =>
        seed is not null && (old is null
            || old.Metadata.Generation != seed.Metadata.Generation
            || !Same(old.Metadata.Labels, seed.Metadata.Labels)
            || !Same(old.Metadata.Annotations, seed.Metadata.Annotations)
            || (old.Status?.LastOperation is null) != (seed.Status?.LastOperation is null)
            || Conditions(old) != Conditions(seed));

    private static string Conditions(Seed seed) =>
        string.Join(',', seed.Status?.Conditions?.Select(c => $"{c.Type}={c.Status}") ?? []);

    private static bool Same(IReadOnlyDictionary<string, string>? a, IReadOnlyDictionary<string, string>? b) =>
        (a?.Count ?? 0) == (b?.Count ?? 0) && (a?.All(pair => b!.TryGetValue(pair.Key, out var other) && other == pair.Value) ?? true);
}
