using Hortus.Objects.Gardener.Core;

namespace Hortus.Scheduler;

/// <summary>Chooses the seed for a shoot. Pure: the same request gives the same decision.</summary>
public static class SeedSelection
{
    /// <summary>Purpose of shoots that may run in any region.</summary>
    private const string PurposeTesting = "testing";

    /// <summary>Asks all rules; of the seeds left over the one with the fewest shoots wins, then the first by name.</summary>
    public static SchedulingDecision Decide(SchedulingRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var faults = new List<string>();
        var seeds = Sieve(request, request.Seeds, SeedFilters.BeforeStrategy, faults);
        var near = Near(request, seeds);
        if (near.Count < seeds.Count)
        {
            faults.Add($"{seeds.Count - near.Count} too far away ({request.Strategy}, region {request.Shoot.Spec.Region})");
        }

        var fitting = Sieve(request, near, SeedFilters.AfterStrategy, faults);
        if (fitting.Count == 0)
        {
            return new SchedulingDecision(null, request.Seeds.Count == 0
                ? "there is no seed"
                : $"0/{request.Seeds.Count} seeds fit: {string.Join(", ", faults)}");
        }

        var winner = fitting
            .OrderBy(seed => request.ShootsOfSeeds.GetValueOrDefault(seed.Metadata.Name ?? ""))
            .ThenBy(seed => seed.Metadata.Name, StringComparer.Ordinal)
            .First().Metadata.Name!;
        return new SchedulingDecision(
            winner, $"seed {winner} has the fewest shoots of {fitting.Count}/{request.Seeds.Count} seeds that fit");
    }

    private static List<Seed> Sieve(
        SchedulingRequest request,
        IReadOnlyList<Seed> seeds,
        IReadOnlyList<(string Fault, Func<SchedulingRequest, Seed, bool> Fits)> filters,
        List<string> faults)
    {
        var left = seeds.ToList();
        foreach (var (fault, fits) in filters)
        {
            var fallen = left.RemoveAll(seed => !fits(request, seed));
            if (fallen > 0)
            {
                faults.Add($"{fallen} {fault}");
            }
        }

        return left;
    }

    private static List<Seed> Near(SchedulingRequest request, List<Seed> seeds)
    {
        var shoot = request.Shoot.Spec;
        if (shoot.Purpose == PurposeTesting || seeds.Count == 0)
        {
            return seeds;
        }

        if (request.Strategy == SeedStrategy.SameRegion)
        {
            return [.. seeds.Where(s => s.Spec.Provider.Type == shoot.Provider.Type && s.Spec.Provider.Region == shoot.Region)];
        }

        var distances = seeds.Select(seed => (Seed: seed, Distance: Distance(request, seed))).ToArray();
        var least = distances.Min(d => d.Distance);
        return [.. distances.Where(d => d.Distance == least).Select(d => d.Seed)];
    }

    private static int Distance(SchedulingRequest request, Seed seed)
    {
        var provider = seed.Spec.Provider;
        var shoot = request.Shoot.Spec;
        return request.Distances.Count == 0
            ? RegionDistance.Between(shoot.Provider.Type, shoot.Region, provider.Type, provider.Region)
            : request.Distances.TryGetValue(provider.Region, out var given) ? given : int.MaxValue;
    }
}
