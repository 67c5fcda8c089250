namespace Hortus.Scheduler;

/// <summary>Which seeds are near enough to a shoot.</summary>
public enum SeedStrategy
{
    /// <summary>Same provider type and same region.</summary>
    SameRegion,

    /// <summary>The least distance between region names.</summary>
    MinimalDistance,
}

/// <summary>Reads strategies from settings.</summary>
public static class SeedStrategies
{
    /// <summary>The strategy of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message names those there are.</exception>
    public static SeedStrategy Parse(string name) =>
        Enum.TryParse<SeedStrategy>(name, out var strategy) && Enum.IsDefined(strategy)
            ? strategy
            : throw new ArgumentException(
                $"candidate determination strategy \"{name}\" is unknown: want {string.Join(" or ", Enum.GetNames<SeedStrategy>())}");
}
