using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Gardenlets;

/// <summary>The kinds of a release's objects: those built in are known, others are asked for.</summary>
internal sealed class ReleaseKinds(IKubernetesClient client)
{
    private static readonly Dictionary<(string, string), ResourceKind> BuiltIn = BuiltInKinds.All
        .Select(type => ResourceKind.Find(type)!)
        .ToDictionary(kind => (kind.ApiVersion, kind.Kind));

    /// <summary>The kind of an entry.</summary>
    /// <returns>Null when the cluster does not serve it.</returns>
    public async Task<ResourceKind?> FindAsync(InventoryEntry entry, CancellationToken cancellationToken)
    {
        if (BuiltIn.GetValueOrDefault((entry.ApiVersion, entry.Kind)) is { } known)
        {
            return known;
        }

        // Asked for each time: rare, and an object before this one may have brought the kind.
        var served = await client.Dynamic.DiscoverAsync(cancellationToken);
        return served.FirstOrDefault(kind => kind.ApiVersion == entry.ApiVersion && kind.Kind == entry.Kind);
    }
}
