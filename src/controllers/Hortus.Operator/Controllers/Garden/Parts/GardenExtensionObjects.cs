using Hortus.Objects.Gardener.Operator;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Operator;

/// <summary>Which extensions beyond buckets and records a garden has. Pure.</summary>
internal static class GardenExtensionObjects
{
    private const string GardenCluster = "garden";

    /// <summary>Types that the garden asks for, and those that every garden gets.</summary>
    public static IReadOnlyList<string> TypesOf(Garden garden, IEnumerable<Extension> extensions) =>
    [
        .. (garden.Spec.Extensions ?? []).Select(extension => extension.Type)
            .Concat(
                from extension in extensions
                from resource in extension.Spec.Resources ?? []
                where resource.Kind == nameof(Ext.Extension) && resource.AutoEnable?.Contains(GardenCluster) == true
                select resource.Type)
            .Distinct()
            .Order(StringComparer.Ordinal),
    ];
}
