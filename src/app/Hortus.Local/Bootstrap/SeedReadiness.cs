using Hortus.Objects.Gardener.Core;

namespace Hortus.Local.Bootstrap;

/// <summary>Says when a Seed can take shoots.</summary>
public static class SeedReadiness
{
    private static readonly string[] Wanted = ["GardenletReady", "SeedSystemComponentsHealthy"];

    /// <summary>What is still missing, in words; null when the Seed is ready.</summary>
    public static string? WaitsFor(Seed? seed)
    {
        if (seed is null)
        {
            return "waiting for the gardenlet to register the Seed";
        }

        var missing = Wanted
            .Where(type => seed.Status?.Conditions?.Any(c => c.Type == type && c.Status == "True") != true)
            .ToArray();
        return missing.Length == 0 ? null : "waiting for " + string.Join(", ", missing);
    }
}
