using System.Globalization;
using Hortus.Objects;

namespace Hortus.Gardenlet;

/// <summary>What a seed can carry, as its operator says. Pure.</summary>
internal sealed record SeedCapacity
{
    /// <summary>All of it, by resource such as <c>shoots</c>; null says nothing.</summary>
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    /// <summary>What of it is kept back.</summary>
    public IReadOnlyDictionary<string, Quantity>? Reserved { get; init; }

    /// <summary>What is left for use.</summary>
    public IReadOnlyDictionary<string, Quantity>? Allocatable => Capacity?.ToDictionary(
        entry => entry.Key,
        entry => Reserved?.GetValueOrDefault(entry.Key) is { } reserved ? Minus(entry.Value, reserved) : entry.Value);

    private static Quantity Minus(Quantity all, Quantity part) =>
        Quantity.Parse(Quantity.Parse(string.Create(CultureInfo.InvariantCulture, $"{all.MilliValue - part.MilliValue}m")).Canonical);
}
