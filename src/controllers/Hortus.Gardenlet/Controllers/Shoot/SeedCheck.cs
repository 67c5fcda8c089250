using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>Says whether a seed is fit to work on shoots.</summary>
internal static class SeedCheck
{
    private static readonly string[] Wanted =
        [GardenerConditions.GardenletReady, GardenerConditions.SeedSystemComponentsHealthy];

    /// <summary>Why shoots must wait, or null.</summary>
    public static string? WhyNot(Seed? seed, Gardener identity) => seed switch
    {
        null => "the Seed does not exist",
        _ when !GardenletIdentity.Same(seed.Status?.Gardener, identity) => "this gardenlet has not registered itself in the Seed yet",
        _ when seed.Status!.ObservedGeneration != seed.Metadata.Generation => "the Seed's latest generation has not been handled yet",
        _ => Wanted.Where(type => seed.Status.Conditions?.Any(c => c.Type == type && c.Status == ConditionStatus.True) != true)
            .Select(type => $"the Seed's condition {type} is not True")
            .FirstOrDefault(),
    };
}
