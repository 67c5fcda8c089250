using Hortus.ApiServer.Aggregation;
using Hortus.Objects;

namespace Hortus.ApiServer.Discovery;

/// <summary>A group with its versions, the preferred one first.</summary>
internal sealed record DiscoveredGroup(string Name, IReadOnlyList<string> Versions)
{
    /// <summary>Groups and versions in the order in which clients take them.</summary>
    public static IReadOnlyList<DiscoveredGroup> Order(IReadOnlyDictionary<GroupVersion, GroupPriority> versions) =>
    [
        .. versions.GroupBy(v => v.Key.Group)
            .OrderByDescending(g => g.Max(v => v.Value.Group))
            .ThenBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new DiscoveredGroup(g.Key,
            [
                .. g.OrderByDescending(v => v.Value.Version).ThenBy(v => v.Key.Version, VersionOrder.Instance)
                    .Select(v => v.Key.Version),
            ])),
    ];
}
