using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>
/// Talks to one API server. Typed calls take kinds that carry <see cref="KubernetesResourceAttribute"/>; kinds known
/// only at run time go through <see cref="Dynamic"/>.
/// </summary>
/// <remarks>
/// Failures: an answer other than 2xx is an <see cref="ApiException"/> carrying the server's Status; an unreachable
/// server is an <see cref="HttpRequestException"/>. No call retries on its own, except that reads are sent again once
/// when a pooled connection turned out dead.
/// </remarks>
public interface IKubernetesClient
{
    /// <summary>Untyped access to any kind.</summary>
    IDynamicClient Dynamic { get; }

    /// <summary>The same, but whatever is written is only rehearsed: the server checks it and answers with what would be stored
    /// (<c>dryRun=All</c>).</summary>
    IDynamicClient Rehearsal { get; }

    /// <summary>Reads an object.</summary>
    /// <exception cref="ApiException">The object does not exist (reason NotFound) or the call was refused.</exception>
    Task<T> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Reads an object; null when it (or its kind) does not exist.</summary>
    Task<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Lists objects; all pages when <see cref="ListOptions.Limit"/> is null.</summary>
    Task<KubernetesList<T>> ListAsync<T>(ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject;

    /// <summary>Creates the object in the namespace its metadata names.</summary>
    Task<T> CreateAsync<T>(T value, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Replaces the object; a resourceVersion in its metadata is an optimistic lock.</summary>
    Task<T> UpdateAsync<T>(T value, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Replaces the object's status through the status subresource.</summary>
    Task<T> UpdateStatusAsync<T>(T value, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Replaces the part of the object that a subresource covers (approval, finalize).</summary>
    Task<T> UpdateSubresourceAsync<T>(T value, string subresource, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Patches the object, or a subresource of it.</summary>
    Task<T> PatchAsync<T>(ObjectKey key, Patch patch, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Server-side apply, taking over fields of other managers. Creates the object when it does not
    /// exist.</summary>
    Task<T> ApplyAsync<T>(T value, string fieldManager, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Deletes the object; an object that does not exist is a success.</summary>
    Task DeleteAsync<T>(ObjectKey key, DeleteOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject;

    /// <summary>Deletes all objects that the options select.</summary>
    Task DeleteCollectionAsync<T>(ListOptions options, CancellationToken cancellationToken) where T : KubernetesObject;

    /// <summary>Posts to a subresource (token, eviction, binding, adminkubeconfig) and reads the answer.</summary>
    Task<TResult> CreateSubresourceAsync<T, TBody, TResult>(
        ObjectKey key, string subresource, TBody body, CancellationToken cancellationToken)
        where T : KubernetesObject;

    /// <summary>Streams changes until the server ends the watch or the token is cancelled; does not
    /// reconnect.</summary>
    /// <exception cref="ApiException">The resourceVersion is too old (reason Expired or Gone): list again.</exception>
    IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(WatchOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject;
}

/// <summary>The calls of <see cref="IKubernetesClient"/> for kinds known only at run time.</summary>
public interface IDynamicClient
{
    Task<JsonObject?> FindAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken);

    Task<(IReadOnlyList<JsonObject> Items, string ResourceVersion)> ListAsync(
        ResourceKind kind, ListOptions options, CancellationToken cancellationToken);

    Task<JsonObject> CreateAsync(ResourceKind kind, JsonObject value, CancellationToken cancellationToken);

    Task<JsonObject> UpdateAsync(ResourceKind kind, JsonObject value, CancellationToken cancellationToken);

    Task<JsonObject> PatchAsync(ResourceKind kind, ObjectKey key, Patch patch, CancellationToken cancellationToken);

    Task<JsonObject> ApplyAsync(
        ResourceKind kind, JsonObject value, string fieldManager, CancellationToken cancellationToken);

    Task DeleteAsync(ResourceKind kind, ObjectKey key, DeleteOptions? options, CancellationToken cancellationToken);

    IAsyncEnumerable<WatchEvent<DynamicObject>> WatchAsync(
        ResourceKind kind, WatchOptions options, CancellationToken cancellationToken);

    /// <summary>The kinds that the server serves, by discovery.</summary>
    Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken cancellationToken);

    /// <summary>The kinds that the server serves, and the group versions whose server is away.</summary>
    Task<DiscoveredKinds> DiscoverAllAsync(CancellationToken cancellationToken);
}
