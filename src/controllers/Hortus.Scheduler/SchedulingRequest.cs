using Hortus.Objects.Gardener.Core;

namespace Hortus.Scheduler;

/// <summary>Everything that a decision depends on, as of one moment.</summary>
public sealed record SchedulingRequest
{
    public required Shoot Shoot { get; init; }

    /// <summary>The CloudProfile in effect.</summary>
    public required CloudProfileSpec CloudProfile { get; init; }

    /// <summary>All seeds of the garden.</summary>
    public required IReadOnlyList<Seed> Seeds { get; init; }

    /// <summary>How many shoots each seed has, by its name; a seed that is missing has none.</summary>
    public required IReadOnlyDictionary<string, int> ShootsOfSeeds { get; init; }

    public required SeedStrategy Strategy { get; init; }

    /// <summary>Distances from the shoot's region that the garden's operator gave, by seed region; empty when none.</summary>
    public IReadOnlyDictionary<string, int> Distances { get; init; } = new Dictionary<string, int>();
}

/// <summary>What came of a request: a seed, or why there is none.</summary>
/// <param name="SeedName">The seed; null when none fits.</param>
/// <param name="Reason">For people: which seed out of how many, or how many seeds each rule turned away.</param>
public sealed record SchedulingDecision(string? SeedName, string Reason);
