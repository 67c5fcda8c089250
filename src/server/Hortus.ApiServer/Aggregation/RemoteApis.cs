using System.Collections.Immutable;
using Hortus.Objects;

namespace Hortus.ApiServer.Aggregation;

/// <summary>The group versions that other servers serve, as of now. Safe for concurrent use.</summary>
internal sealed class RemoteApis
{
    private readonly Lock gate = new();
    private ImmutableDictionary<string, RemoteApi> byName = ImmutableDictionary<string, RemoteApi>.Empty;
    private ImmutableDictionary<GroupVersion, RemoteApi> byVersion = ImmutableDictionary<GroupVersion, RemoteApi>.Empty;

    public IEnumerable<RemoteApi> All => byVersion.Values;

    public RemoteApi? Find(string name) => byName.GetValueOrDefault(name);

    public RemoteApi? Find(GroupVersion version) => byVersion.GetValueOrDefault(version);

    /// <summary>The API that a path leads to: <c>/apis/GROUP/VERSION</c> and what is below.</summary>
    public RemoteApi? FindByPath(string path)
    {
        if (byVersion.IsEmpty || !path.StartsWith("/apis/", StringComparison.Ordinal))
        {
            return null;
        }

        var parts = path.Split('/', 5);
        return parts.Length >= 4 ? Find(new GroupVersion(parts[2], parts[3])) : null;
    }

    /// <summary>Adds or replaces.</summary>
    public void Set(RemoteApi api)
    {
        lock (gate)
        {
            if (byName.TryGetValue(api.Name, out var former) && former.GroupVersion != api.GroupVersion)
            {
                byVersion = byVersion.Remove(former.GroupVersion);
            }

            byName = byName.SetItem(api.Name, api);
            byVersion = byVersion.SetItem(api.GroupVersion, api);
        }
    }

    /// <summary>Changes an API that is still the one that was seen.</summary>
    /// <returns>False when it is gone or registered otherwise by now.</returns>
    public bool TryUpdate(RemoteApi seen, Func<RemoteApi, RemoteApi> change)
    {
        lock (gate)
        {
            if (Find(seen.Name) is not { } current || current.Service != seen.Service || current.Trust != seen.Trust)
            {
                return false;
            }

            Set(change(current));
            return true;
        }
    }

    /// <summary>Forgets an API.</summary>
    public void Remove(string name)
    {
        lock (gate)
        {
            if (byName.TryGetValue(name, out var former))
            {
                byName = byName.Remove(name);
                byVersion = byVersion.Remove(former.GroupVersion);
            }
        }
    }
}
