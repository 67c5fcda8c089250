using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Access;

/// <summary>
/// The server's own view of its objects, always the newest, without authorization. Returned objects are shared: they must not
/// be changed (clone a tree first).
/// </summary>
public interface IObjectReader
{
    /// <summary>The object, or null.</summary>
    /// <exception cref="InvalidOperationException">The kind is not served.</exception>
    ValueTask<JsonObject?> FindAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken);

    /// <summary>All objects of a kind, in one namespace or, with null, in all.</summary>
    ValueTask<IReadOnlyList<JsonObject>> ListAsync(
        ResourceKind kind, string? inNamespace, CancellationToken cancellationToken);

    /// <summary>The object, or null. Read once per stored version, so repeated calls are cheap.</summary>
    ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>All objects of a kind, in one namespace or, with null, in all. Read once per stored version.</summary>
    ValueTask<IReadOnlyList<T>> ListAsync<T>(string? inNamespace, CancellationToken cancellationToken)
        where T : KubernetesObject;

    /// <summary>
    /// Changes of a kind since the server started, for caches of plug-ins: what a cache has loaded meanwhile comes again, nothing
    /// is missed. Each item is the key that changed. Ends only by cancellation.
    /// </summary>
    IAsyncEnumerable<ObjectKey> WatchAsync(ResourceKind kind, CancellationToken cancellationToken);
}

/// <summary>Reads and writes as the server itself: through strategies, validation and admission, past authorization.</summary>
public interface IObjectAccess : IObjectReader
{
    /// <summary>Creates an object; the kind comes from its apiVersion and kind, the namespace from its metadata.</summary>
    /// <exception cref="Requests.ApiStatusException">AlreadyExists, Invalid, ...</exception>
    ValueTask<JsonObject> CreateAsync(JsonObject created, CancellationToken cancellationToken);

    /// <summary>
    /// Reads, changes and writes an object; repeats on conflict. <paramref name="change"/> gets a copy it may change and returns
    /// the object to store, or null to leave it. <paramref name="subresource"/> is empty for the main resource.
    /// </summary>
    /// <returns>The object as stored.</returns>
    /// <exception cref="Requests.ApiStatusException">NotFound, Invalid, ...</exception>
    ValueTask<JsonObject> UpdateAsync(
        ResourceKind kind,
        ObjectKey key,
        string subresource,
        Func<JsonObject, JsonObject?> change,
        CancellationToken cancellationToken);

    /// <summary>The same for a client, who is noted as owner of the fields. Admission has been asked about the client's own
    /// request; this write is the server's.</summary>
    ValueTask<JsonObject> UpdateAsync(
        ResourceKind kind,
        ObjectKey key,
        WriteOrigin origin,
        Func<JsonObject, JsonObject?> change,
        CancellationToken cancellationToken);

    /// <summary>Deletes an object for a client with a body of DeleteOptions; null takes the defaults.</summary>
    /// <exception cref="Requests.ApiStatusException">NotFound, Conflict (preconditions), ...</exception>
    ValueTask DeleteAsync(
        ResourceKind kind, ObjectKey key, WriteOrigin origin, JsonObject? options, CancellationToken cancellationToken);

    /// <summary>Deletes an object (finalizers and grace periods are honored); an absent one is ignored.</summary>
    ValueTask DeleteAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken);
}

/// <summary>For whom an object is written.</summary>
/// <param name="Subresource">Through which subresource; empty for the main resource.</param>
/// <param name="FieldManager">Who is noted as owner of the fields.</param>
/// <param name="DryRun">Everything is checked and nothing stored.</param>
public sealed record WriteOrigin(string Subresource, string FieldManager, bool DryRun)
{
    /// <summary>Whether the change has noted the owners of fields itself (server-side apply).</summary>
    internal bool OwnersAreSet { get; init; }
}
