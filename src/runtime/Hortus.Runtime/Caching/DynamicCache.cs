using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>What a <see cref="DynamicCache"/> holds.</summary>
public sealed record DynamicCacheOptions
{
    /// <summary>Which objects. Default all.</summary>
    public CacheScope Scope { get; init; } = new();

    /// <summary>Makes of an object what is kept of it, to save memory; metadata must stay. Null keeps everything.</summary>
    public Func<DynamicObject, DynamicObject>? Keep { get; init; }

    /// <summary>Told of each change with the old (null: added) and new (null: deleted) state; must be quick.</summary>
    public Action<DynamicObject?, DynamicObject?>? Changed { get; init; }
}

/// <summary>A cache of a kind known only at run time. See <see cref="ControllerManager.OpenCache"/>.</summary>
public sealed class DynamicCache : IObjectCache<DynamicObject>, IReflector, IDisposable
{
    private readonly ObjectCache<DynamicObject> cache = new();
    private readonly Reflector<DynamicObject> reflector;
    private readonly CancellationTokenSource closing = new();
    private readonly CancellationToken closed;

    internal DynamicCache(
        IKubernetesClient client, ResourceKind kind, DynamicCacheOptions options, ControllerManagerOptions surroundings)
    {
        closed = closing.Token;
        if (options.Changed is { } changed)
        {
            cache.AddHandler(changed);
        }

        var keep = options.Keep ?? (value => value);
        var source = new ObjectSource<DynamicObject>(
            kind.GroupResource,
            async (list, cancellationToken) =>
            {
                var (items, version) = await client.Dynamic.ListAsync(kind, list, cancellationToken);
                return ([.. items.Select(item => keep(Of(item)))], version.Length == 0 ? null : version);
            },
            (watch, cancellationToken) => WatchAsync(client, kind, watch, keep, cancellationToken));
        reflector = new Reflector<DynamicObject>(cache, source, options.Scope, surroundings);
    }

    /// <summary>Whether the first list is in.</summary>
    public bool HasSynced => cache.HasSynced;

    /// <inheritdoc/>
    public DynamicObject? Find(ObjectKey key) => cache.Find(key);

    /// <inheritdoc/>
    public IReadOnlyList<DynamicObject> List(string? @namespace = null) => cache.List(@namespace);

    /// <inheritdoc/>
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => cache.WaitForSyncAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<DynamicObject?> WaitAsync(
        ObjectKey key, Func<DynamicObject?, bool> condition, CancellationToken cancellationToken) =>
        cache.WaitAsync(key, condition, cancellationToken);

    /// <summary>Ends the watch. What was read stays readable and grows old.</summary>
    public void Dispose()
    {
        closing.Cancel();
        closing.Dispose();
    }

    async Task IReflector.RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closed);
        await reflector.RunAsync(either.Token);
    }

    /// <summary>An object as the cache holds it.</summary>
    public static DynamicObject Of(JsonObject json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new DynamicObject
        {
            ApiVersion = json["apiVersion"]?.GetValue<string>() ?? "",
            Kind = json["kind"]?.GetValue<string>() ?? "",
            Metadata = json["metadata"] is JsonObject metadata ? KubernetesJson.Deserialize<ObjectMeta>(metadata) : new ObjectMeta(),
            Json = json,
        };
    }

    private static async IAsyncEnumerable<WatchEvent<DynamicObject>> WatchAsync(
        IKubernetesClient client,
        ResourceKind kind,
        WatchOptions options,
        Func<DynamicObject, DynamicObject> keep,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var change in client.Dynamic.WatchAsync(kind, options, cancellationToken))
        {
            yield return change.Type == WatchEventType.Bookmark ? change : change with { Object = keep(change.Object) };
        }
    }
}
