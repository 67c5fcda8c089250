using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.GardenApi.Admission;

/// <summary>Objects of kinds that this server serves are its own; all others are the host's.</summary>
internal sealed class LayeredObjects(ResourceRegistry registry, IObjectReader own, IObjectReader host) : IObjectReader
{
    /// <inheritdoc/>
    public ValueTask<JsonObject?> FindAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken) =>
        Of(kind).FindAsync(kind, key, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<JsonObject>> ListAsync(
        ResourceKind kind, string? inNamespace, CancellationToken cancellationToken) =>
        Of(kind).ListAsync(kind, inNamespace, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject =>
        Of(ResourceKind.Of<T>()).FindAsync<T>(key, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<T>> ListAsync<T>(string? inNamespace, CancellationToken cancellationToken)
        where T : KubernetesObject => Of(ResourceKind.Of<T>()).ListAsync<T>(inNamespace, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ObjectKey> WatchAsync(ResourceKind kind, CancellationToken cancellationToken) =>
        Of(kind).WatchAsync(kind, cancellationToken);

    private IObjectReader Of(ResourceKind kind) => registry.TryFind(kind, out _) ? own : host;
}
