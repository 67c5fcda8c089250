using Hortus.Client;
using Hortus.Objects;

namespace Hortus.ResourceManager.Target;

/// <summary>What is known about a kind.</summary>
/// <param name="Kind">The kind; null when the target does not serve it.</param>
/// <param name="Away">Why nobody knows: the server of its group does not answer. Null otherwise.</param>
internal readonly record struct KindLookup(ResourceKind? Kind, string? Away);

/// <summary>The kinds that the target serves; asked for again when one is missing.</summary>
internal sealed class KindCatalog(IKubernetesClient client, TimeProvider clock)
{
    // Discovery costs a request for each group; kinds that are missing are asked for by every retry.
    private static readonly TimeSpan RefreshMin = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim refreshing = new(1, 1);
    private volatile Snapshot? known;

    /// <summary>Looks a kind up.</summary>
    /// <exception cref="ApiException">The target refuses to say what it serves.</exception>
    /// <exception cref="HttpRequestException">The target is away.</exception>
    public async Task<KindLookup> FindAsync(string apiVersion, string kind, CancellationToken cancellationToken)
    {
        var snapshot = known ?? await RefreshAsync(null, cancellationToken);
        if (snapshot.Find(apiVersion, kind) is { } found)
        {
            return new KindLookup(found, null);
        }

        if (snapshot.IsStale || clock.GetElapsedTime(snapshot.ReadAt) >= RefreshMin)
        {
            snapshot = await RefreshAsync(snapshot, cancellationToken);
        }

        found = snapshot.Find(apiVersion, kind);
        return new KindLookup(found, found is null ? snapshot.Away.GetValueOrDefault(GroupVersion.Parse(apiVersion)) : null);
    }

    /// <summary>Whether the target serves a kind, as far as is known.</summary>
    public bool Knows(string apiVersion, string kind) => known?.Find(apiVersion, kind) is not null;

    /// <summary>Says that kinds have come or gone.</summary>
    public void Invalidate()
    {
        if (known is { } snapshot)
        {
            snapshot.IsStale = true;
        }
    }

    private async Task<Snapshot> RefreshAsync(Snapshot? old, CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken);
        try
        {
            if (known is { } newer && !ReferenceEquals(newer, old))
            {
                return newer;
            }

            var found = await client.Dynamic.DiscoverAllAsync(cancellationToken);
            var kinds = new Dictionary<(string, string), ResourceKind>();
            foreach (var kind in found.Kinds)
            {
                kinds.TryAdd((kind.ApiVersion, kind.Kind), kind);
            }

            return known = new Snapshot(kinds, found.Failed, clock.GetTimestamp());
        }
        finally
        {
            refreshing.Release();
        }
    }

    private sealed record Snapshot(
        Dictionary<(string, string), ResourceKind> Kinds, IReadOnlyDictionary<GroupVersion, string> Away, long ReadAt)
    {
        public volatile bool IsStale;

        public ResourceKind? Find(string apiVersion, string kind) => Kinds.GetValueOrDefault((apiVersion, kind));
    }
}
