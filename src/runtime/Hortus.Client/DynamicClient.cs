using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>Untyped calls over the same transport as the typed ones.</summary>
internal sealed class DynamicClient(ApiTransport transport, int pageSize, bool isRehearsal = false) : IDynamicClient
{
    /// <inheritdoc/>
    public async Task<JsonObject?> FindAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.SendAsync<JsonObject>(
                new(HttpMethod.Get, ResourcePath.Object(kind, key)), cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<(IReadOnlyList<JsonObject> Items, string ResourceVersion)> ListAsync(
        ResourceKind kind, ListOptions options, CancellationToken cancellationToken)
    {
        var items = new List<JsonObject>();
        var @continue = options.Continue;
        while (true)
        {
            var path = ResourcePath.List(kind, options, options.Limit ?? pageSize, @continue);
            var page = await transport.SendAsync<JsonObject>(new(HttpMethod.Get, path), cancellationToken);
            var listed = page["items"] as JsonArray ?? [];
            foreach (var item in listed.OfType<JsonObject>().ToArray())
            {
                // Items of a list carry no type of their own on the wire.
                listed.Remove(item);
                item["apiVersion"] ??= kind.ApiVersion;
                item["kind"] ??= kind.Kind;
                items.Add(item);
            }

            @continue = page["metadata"]?["continue"]?.GetValue<string>();
            if (options.Limit is not null || string.IsNullOrEmpty(@continue))
            {
                return (items, page["metadata"]?["resourceVersion"]?.GetValue<string>() ?? "");
            }
        }
    }

    /// <inheritdoc/>
    public Task<JsonObject> CreateAsync(ResourceKind kind, JsonObject value, CancellationToken cancellationToken) =>
        transport.SendAsync<JsonObject>(
            new(HttpMethod.Post, Write(ResourcePath.Collection(kind, KeyOf(value).Namespace))) { Body = Bytes(value) },
            cancellationToken);

    /// <inheritdoc/>
    public Task<JsonObject> UpdateAsync(ResourceKind kind, JsonObject value, CancellationToken cancellationToken) =>
        transport.SendAsync<JsonObject>(
            new(HttpMethod.Put, Write(ResourcePath.Object(kind, KeyOf(value)))) { Body = Bytes(value) }, cancellationToken);

    /// <inheritdoc/>
    public Task<JsonObject> PatchAsync(
        ResourceKind kind, ObjectKey key, Patch patch, CancellationToken cancellationToken) =>
        transport.SendAsync<JsonObject>(
            PatchRequest(Write(ResourcePath.Patch(kind, key, patch)), patch), cancellationToken);

    /// <inheritdoc/>
    public Task<JsonObject> ApplyAsync(
        ResourceKind kind, JsonObject value, string fieldManager, CancellationToken cancellationToken)
    {
        var body = ForApply((JsonObject)value.DeepClone());
        return PatchAsync(kind, KeyOf(value), Patch.Apply(body, fieldManager, force: true), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(
        ResourceKind kind, ObjectKey key, DeleteOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            await transport.SendAsync<JsonElement>(
                new(HttpMethod.Delete, Write(ResourcePath.Object(kind, key)))
                {
                    Body = options is null ? null : Bytes(DeleteBody(options)),
                },
                cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Already gone is what was asked for.
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<DynamicObject>> WatchAsync(
        ResourceKind kind, WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ApiRequest(HttpMethod.Get, ResourcePath.Watch(kind, options));
        using var response = await transport.OpenAsync(request, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var change in WatchReader.ReadAsync(
            stream, request.ToString(), WatchReader.ReadDynamic, cancellationToken))
        {
            yield return change;
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ResourceKind>> DiscoverAsync(CancellationToken cancellationToken) =>
        (await DiscoverAllAsync(cancellationToken)).Kinds;

    /// <inheritdoc/>
    public Task<DiscoveredKinds> DiscoverAllAsync(CancellationToken cancellationToken) =>
        Discovery.RunAsync(transport, cancellationToken);

    internal static ApiRequest PatchRequest(string path, Patch patch) =>
        new(HttpMethod.Patch, path)
        {
            Body = Encoding.UTF8.GetBytes(patch.Body.ToJsonString(KubernetesJson.Options)),
            ContentType = patch.ContentType,
        };

    /// <summary>Takes out what an apply must not send: managed fields, and versions that would turn it into a
    /// lock.</summary>
    internal static JsonObject ForApply(JsonObject body)
    {
        if (body["metadata"] is JsonObject metadata)
        {
            ReadOnlySpan<string> owned = ["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid"];
            foreach (var field in owned)
            {
                metadata.Remove(field);
            }
        }

        return body;
    }

    private string Write(string path) => isRehearsal ? ResourcePath.Rehearsed(path) : path;

    private static JsonObject DeleteBody(DeleteOptions options)
    {
        var body = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "DeleteOptions" };
        if (options.PropagationPolicy is { } policy)
        {
            body["propagationPolicy"] = policy;
        }

        if (options.GracePeriodSeconds is { } grace)
        {
            body["gracePeriodSeconds"] = grace;
        }

        var preconditions = new JsonObject();
        if (options.PreconditionUid is { } uid)
        {
            preconditions["uid"] = uid;
        }

        if (options.PreconditionResourceVersion is { } version)
        {
            preconditions["resourceVersion"] = version;
        }

        if (preconditions.Count > 0)
        {
            body["preconditions"] = preconditions;
        }

        return body;
    }

    private static ObjectKey KeyOf(JsonObject value) => new(
        value["metadata"]?["namespace"]?.GetValue<string>(), value["metadata"]?["name"]?.GetValue<string>() ?? "");

    private static byte[] Bytes(JsonObject value) => Encoding.UTF8.GetBytes(value.ToJsonString(KubernetesJson.Options));
}
