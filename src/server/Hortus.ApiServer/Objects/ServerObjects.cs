using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Hortus.Storage;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Objects;

/// <summary>The server's own access to its objects.</summary>
internal sealed class ServerObjects(ResourceRegistry registry, ObjectStore store, TimeProvider time) : IObjectAccess
{
    private static readonly TimeSpan WatchPause = TimeSpan.FromMilliseconds(100);

    private readonly ConditionalWeakTable<StoredObject, KubernetesObject> typed = [];
    private ObjectWriter? writer;
    private ObjectDeleter? deleter;
    private long startRevision;

    /// <summary>Connects the ways to write, which need admission plug-ins that need this object.</summary>
    public async Task ConnectAsync(ObjectWriter objectWriter, ObjectDeleter objectDeleter, CancellationToken cancellationToken)
    {
        startRevision = await store.GetRevisionAsync(cancellationToken);
        writer = objectWriter;
        deleter = objectDeleter;
    }

    public async ValueTask<JsonObject?> FindAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken)
    {
        var found = await store.FindAsync(DefinitionOf(kind), key, cancellationToken);
        return found?.View(kind.ApiVersion);
    }

    public async ValueTask<IReadOnlyList<JsonObject>> ListAsync(
        ResourceKind kind, string? inNamespace, CancellationToken cancellationToken)
    {
        var page = await store.ListAsync(DefinitionOf(kind), inNamespace, cancellationToken);
        return [.. page.Items.Select(i => i.View(kind.ApiVersion))];
    }

    public async ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject
    {
        var kind = ResourceKind.Of<T>();
        var found = await store.FindAsync(DefinitionOf(kind), key, cancellationToken);
        return found is null ? null : Typed<T>(found, kind);
    }

    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(string? inNamespace, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var kind = ResourceKind.Of<T>();
        var page = await store.ListAsync(DefinitionOf(kind), inNamespace, cancellationToken);
        return [.. page.Items.Select(i => Typed<T>(i, kind))];
    }

    public async IAsyncEnumerable<ObjectKey> WatchAsync(
        ResourceKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var definition = DefinitionOf(kind);
        var prefix = definition.StoragePrefix;
        var revision = startRevision;
        while (true)
        {
            var changes = store.WatchAsync(prefix, revision, cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (changes)
            {
                while (await MoveNextAsync(changes))
                {
                    foreach (var change in changes.Current.Changes)
                    {
                        yield return KeyOf((change.Current ?? change.Previous)!.Key, prefix, kind);
                    }

                    revision = changes.Current.Revision;
                }
            }

            // The watch fell behind: what was missed is unknown, so every object counts as changed.
            await Task.Delay(WatchPause, time, cancellationToken);
            var page = await store.ListAsync(definition, null, cancellationToken);
            revision = page.Revision;
            foreach (var item in page.Items)
            {
                yield return KeyOf(item.Key, prefix, kind);
            }
        }
    }

    public async ValueTask<JsonObject> CreateAsync(JsonObject created, CancellationToken cancellationToken)
    {
        var groupVersion = GroupVersion.Parse(created["apiVersion"]?.ToString() ?? "");
        var kind = created["kind"]?.ToString() ?? "";
        var definition = registry.Find(new GroupVersionKind(groupVersion.Group, groupVersion.Version, kind))
            ?? throw new InvalidOperationException($"kind {kind} of {groupVersion} is not served");
        var copy = (JsonObject)created.DeepClone();
        var written = await Writer.CreateAsync(copy, Metadata.Text(copy, "namespace"), Context(definition, Own("")), cancellationToken);
        return written.Object.View(definition.Kind.ApiVersion);
    }

    public ValueTask<JsonObject> UpdateAsync(
        ResourceKind kind,
        ObjectKey key,
        string subresource,
        Func<JsonObject, JsonObject?> change,
        CancellationToken cancellationToken) =>
        UpdateAsync(kind, key, Own(subresource), change, cancellationToken);

    public async ValueTask<JsonObject> UpdateAsync(
        ResourceKind kind,
        ObjectKey key,
        WriteOrigin origin,
        Func<JsonObject, JsonObject?> change,
        CancellationToken cancellationToken)
    {
        var written = await Writer.UpdateAsync(
            key,
            current => Change(current!, change),
            new UpdateOptions { IsPatch = true, IsApply = origin.OwnersAreSet },
            Context(DefinitionOf(kind), origin),
            cancellationToken);
        return written.Object.View(kind.ApiVersion);
    }

    public async ValueTask DeleteAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken)
    {
        try
        {
            await DeleteAsync(kind, key, Own(""), null, cancellationToken);
        }
        catch (ApiStatusException e) when (e.Reason == StatusReason.NotFound)
        {
            // Gone is what was asked for.
        }
    }

    public async ValueTask DeleteAsync(
        ResourceKind kind, ObjectKey key, WriteOrigin origin, JsonObject? options, CancellationToken cancellationToken)
    {
        var remover = deleter ?? throw new InvalidOperationException("the server is not assembled yet");
        var parsed = DeletionOptions.Parse(options, QueryCollection.Empty);
        var context = Context(DefinitionOf(kind), origin with { DryRun = origin.DryRun || parsed.DryRun });
        await remover.DeleteAsync(key, parsed, context, cancellationToken);
    }

    private ObjectWriter Writer => writer ?? throw new InvalidOperationException("the server is not assembled yet");

    private static JsonObject Change(JsonObject current, Func<JsonObject, JsonObject?> change)
    {
        var untouched = (JsonObject)current.DeepClone();
        return change(current) ?? untouched;
    }

    private static WriteOrigin Own(string subresource) => new(subresource, "hortus-apiserver", false);

    private static WriteContext Context(ResourceDefinition definition, WriteOrigin origin) => new()
    {
        Definition = definition,
        User = UserInfo.Server,
        Subresource = origin.Subresource,
        FieldManager = origin.FieldManager,
        DryRun = origin.DryRun,

        // What clients do through subresources is shown to webhooks as what they sent.
        SkipsWebhooks = true,
    };

    private static ObjectKey KeyOf(string storageKey, string prefix, ResourceKind kind)
    {
        var rest = storageKey[prefix.Length..];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        return kind.Namespaced && slash > 0 ? new ObjectKey(rest[..slash], rest[(slash + 1)..]) : ObjectKey.Cluster(rest);
    }

    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ChangeBatch> changes)
    {
        try
        {
            return await changes.MoveNextAsync();
        }
        catch (StoreException e) when (e.Failure is StoreFailure.Compacted or StoreFailure.WatcherTooSlow)
        {
            return false;
        }
    }

    private T Typed<T>(StoredObject value, ResourceKind kind) where T : KubernetesObject =>
        typed.GetValue(value, v => KubernetesJson.Deserialize<T>(v.View(kind.ApiVersion))) as T
            ?? KubernetesJson.Deserialize<T>(value.View(kind.ApiVersion));

    private ResourceDefinition DefinitionOf(ResourceKind kind) =>
        registry.Find(kind.GroupVersionResource)
            ?? throw new InvalidOperationException($"{kind.GroupVersionResource} is not served");
}
