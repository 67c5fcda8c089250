using Hortus.Objects.Gardener.Operator;

namespace Hortus.Operator;

/// <summary>Which extensions beyond buckets and records a garden has. Pure.</summary>
internal static class GardenExtensionObjects
{
    /// <summary>Types that the garden asks for, and those that every garden gets.</summary>
    public static IReadOnlyList<string> TypesOf(Garden garden, IEnumerable<Extension> extensions) =>
    [
        .. (garden.Spec.Extensions ?? []).Select(extension => extension.Type)
            .Concat(extensions.SelectMany(GardenNeeds.EnabledIn).Select(pair => pair.Type))
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];
}
