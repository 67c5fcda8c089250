using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Tests.Builtin;

/// <summary>Objects for rules that only read.</summary>
internal sealed class ObjectTable : IObjectReader
{
    private readonly Dictionary<(string, ObjectKey), JsonObject> all = [];

    public ObjectTable Add(ResourceKind kind, JsonObject value)
    {
        all[(kind.GroupResource, new ObjectKey(kind.Namespaced ? value.Namespace : null, value.Name))] = value;
        return this;
    }

    public ObjectTable Add(ResourceKind kind, string json) => Add(kind, JsonNode.Parse(json)!.AsObject());

    public void Remove(ResourceKind kind, ObjectKey key) => all.Remove((kind.GroupResource, key));

    public ValueTask<JsonObject?> FindAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(all.GetValueOrDefault((kind.GroupResource, key)));

    public ValueTask<IReadOnlyList<JsonObject>> ListAsync(
        ResourceKind kind, string? inNamespace, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<JsonObject>>(
        [
            .. all.Where(
                o => o.Key.Item1 == kind.GroupResource && (inNamespace is null || o.Key.Item2.Namespace == inNamespace))
                .Select(o => o.Value),
        ]);

    public async ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T
        : KubernetesObject =>
        await FindAsync(ResourceKind.Of<T>(), key, cancellationToken) is { } found
            ? KubernetesJson.Deserialize<T>(found)
            : null;

    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(string? inNamespace, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        [.. (await ListAsync(ResourceKind.Of<T>(), inNamespace, cancellationToken)).Select(
            o => KubernetesJson.Deserialize<T>(o))];

    public async IAsyncEnumerable<ObjectKey> WatchAsync(
        ResourceKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }
}
