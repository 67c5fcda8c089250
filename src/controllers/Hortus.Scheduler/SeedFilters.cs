using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Scheduler;

/// <summary>The rules by which seeds fall out, in the order in which they are asked. Each is pure.</summary>
public static class SeedFilters
{
    private const int ZonesForHighAvailability = 3;

    /// <summary>All rules that look at one seed at a time: what is wrong with seeds that fall out, and the rule.</summary>
    public static IReadOnlyList<(string Fault, Func<SchedulingRequest, Seed, bool> Fits)> BeforeStrategy { get; } =
    [
        ("not usable", (_, seed) => IsUsable(seed)),
        ("not selected by the CloudProfile", (r, seed) => Selects(r.CloudProfile.SeedSelector, seed)),
        ("not selected by the Shoot", (r, seed) => Selects(r.Shoot.Spec.SeedSelector, seed)),
        ("of another provider type", ProviderFits),
        ("with too few zones for the Shoot's failure tolerance", ZonesFit),
        ("without the Shoot's access restrictions", AccessFits),
        ("stopped by its emergency switch", (_, seed) => !IsStopped(seed)),
        ("without a domain", (_, seed) => HasDomain(seed)),
    ];

    /// <summary>Rules that are asked after the strategy has chosen candidates.</summary>
    public static IReadOnlyList<(string Fault, Func<SchedulingRequest, Seed, bool> Fits)> AfterStrategy { get; } =
    [
        ("with overlapping networks", NetworksFit),
        ("with taints that the Shoot does not tolerate", TaintsFit),
        ("full", HasRoom),
    ];

    private static bool IsUsable(Seed seed) =>
        seed.Metadata.DeletionTimestamp is null
        && seed.Spec.Settings?.Scheduling?.Visible != false
        && seed.Status?.LastOperation is not null
        && Status(seed, GardenerConditions.GardenletReady) == ConditionStatus.True
        && Status(seed, GardenerConditions.BackupBucketsReady) is null or ConditionStatus.True;

    private static bool Selects(SeedSelector? selector, Seed seed) =>
        selector is null || LabelSelectorMatcher.From(new LabelSelector
        {
            MatchLabels = selector.MatchLabels,
            MatchExpressions = selector.MatchExpressions,
        }).Matches(seed.Metadata.Labels);

    private static bool ProviderFits(SchedulingRequest request, Seed seed)
    {
        var types = request.Shoot.Spec.SeedSelector?.ProviderTypes ?? request.CloudProfile.SeedSelector?.ProviderTypes;
        return types is { Count: > 0 }
            ? types.Contains("*") || types.Contains(seed.Spec.Provider.Type)
            : seed.Spec.Provider.Type == request.Shoot.Spec.Provider.Type;
    }

    private static bool ZonesFit(SchedulingRequest request, Seed seed) =>
        request.Shoot.Spec.ControlPlane?.HighAvailability?.FailureTolerance.Type != "zone"
        || (seed.Spec.Provider.Zones?.Count ?? 0) >= ZonesForHighAvailability;

    private static bool AccessFits(SchedulingRequest request, Seed seed) =>
        request.Shoot.Spec.AccessRestrictions?.All(wanted =>
            seed.Spec.AccessRestrictions?.Any(has => has.Name == wanted.Name) == true) != false;

    private static bool IsStopped(Seed seed) =>
        seed.Metadata.Annotation(GardenerAnnotations.SeedEmergencyStopShootReconciliations) is not null
        || Status(seed, GardenerConditions.EmergencyStopShootReconciliations) == ConditionStatus.True;

    // The domain may also come from a Secret in the garden namespace, so only what the Seed itself says can turn it away.
    private static bool HasDomain(Seed seed) => seed.Spec.Dns.Internal is not { Domain.Length: 0 };

    private static bool NetworksFit(SchedulingRequest request, Seed seed)
    {
        var shoot = request.Shoot.Spec.Networking;
        var defaults = seed.Spec.Networks.ShootDefaults;
        string?[] wanted = [shoot?.Nodes, shoot?.Pods ?? defaults?.Pods, shoot?.Services ?? defaults?.Services];
        string?[] taken = [seed.Spec.Networks.Nodes, seed.Spec.Networks.Pods, seed.Spec.Networks.Services];
        var workerless = request.Shoot.Spec.Provider.Workers is not { Count: > 0 };
        return (workerless || wanted.Skip(1).All(range => range is not null))
            && !wanted.Any(w => taken.Any(t => Networks.Overlap(w, t)));
    }

    private static bool TaintsFit(SchedulingRequest request, Seed seed) =>
        seed.Spec.Taints?.All(taint => request.Shoot.Spec.Tolerations?.Any(toleration =>
            toleration.Key == taint.Key && (toleration.Value is null || toleration.Value == taint.Value)) == true) != false;

    private static bool HasRoom(SchedulingRequest request, Seed seed) =>
        seed.Status?.Allocatable?.GetValueOrDefault("shoots") is not { } most
        || request.ShootsOfSeeds.GetValueOrDefault(seed.Metadata.Name ?? "") < most.Value;

    private static string? Status(Seed seed, string type) =>
        seed.Status?.Conditions?.FirstOrDefault(c => c.Type == type)?.Status;
}
