using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Extensions;
using Hortus.Objects;
using Hortus.Objects.Gardener.Extensions;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Operator;

/// <summary>
/// The extension objects of class garden in the runtime cluster. Each kind has a watch of its own that starts when it is asked for
/// first, so that a kind that is not installed yet holds nobody up.
/// </summary>
public sealed class GardenObjects(ControllerManager manager, TimeProvider clock)
{
    private static readonly TimeSpan ListMax = TimeSpan.FromSeconds(1);

    private static readonly Dictionary<string, ResourceKind> Watched = new Type[]
    {
        typeof(BackupBucket), typeof(BackupEntry), typeof(DNSRecord), typeof(Extension),
    }.Select(type => ResourceKind.Find(type)!).ToDictionary(kind => kind.Kind);

    private readonly Lock gate = new();
    private readonly Dictionary<string, DynamicCache> caches = new(StringComparer.Ordinal);

    /// <summary>Told of every kind and type of which an object came, changed or went.</summary>
    public Action<ExtensionPair> Changed { get; set; } = _ => { };

    /// <summary>The objects of a kind and type, or null as long as nobody knows: the kind is there but was not listed yet.</summary>
    public async Task<IReadOnlyList<ObjectKey>?> FindAsync(ExtensionPair type, CancellationToken cancellationToken)
    {
        if (!Watched.TryGetValue(type.Kind, out var kind))
        {
            return [];
        }

        var cache = CacheOf(kind);
        if (!cache.HasSynced)
        {
            // Without the kind there are no objects of it.
            var definition = ObjectKey.Cluster(kind.GroupResource);
            if (await manager.Client.FindAsync<CustomResourceDefinition>(definition, cancellationToken) is null)
            {
                return [];
            }

            if (!await IsListedAsync(cache, cancellationToken))
            {
                return null;
            }
        }

        return
        [
            .. cache.List().Where(value => TypeOf(value) == type).Select(value => value.Key)
                .OrderBy(key => key.ToString(), StringComparer.Ordinal),
        ];
    }

    private async Task<bool> IsListedAsync(DynamicCache cache, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ListMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await cache.WaitForSyncAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The caller comes again.
        }

        return cache.HasSynced;
    }

    private static ExtensionPair? TypeOf(DynamicObject value) =>
        value.Json.Text("spec", "class") == ExtensionClass.Garden
            ? new ExtensionPair(value.Kind, value.Json.Text("spec", "type") ?? "")
            : null;

    private DynamicCache CacheOf(ResourceKind kind)
    {
        lock (gate)
        {
            if (!caches.TryGetValue(kind.Kind, out var cache))
            {
                cache = manager.OpenCache(kind, new DynamicCacheOptions { Keep = Slim, Changed = Tell });
                caches.Add(kind.Kind, cache);
            }

            return cache;
        }
    }

    // States of extensions can be large and say nothing here.
    private static DynamicObject Slim(DynamicObject value) => value with
    {
        Json = new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["class"] = value.Json.Text("spec", "class"),
                ["type"] = value.Json.Text("spec", "type"),
            },
        },
    };

    private void Tell(DynamicObject? before, DynamicObject? after)
    {
        foreach (var type in new[] { before, after }.OfType<DynamicObject>().Select(TypeOf).OfType<ExtensionPair>().Distinct())
        {
            Changed(type);
        }
    }
}
