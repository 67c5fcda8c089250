using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hortus.ApiServer.Access;
using Hortus.ApiServer.Requests;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenServer;

/// <summary>
/// The host's objects. Namespaces and webhook configurations, which every write asks for, come from caches; of a namespace that
/// the cache does not have (yet), and of all other kinds, the host is asked.
/// </summary>
internal sealed class HostObjects : IObjectReader
{
    private readonly IKubernetesClient client;
    private readonly ControllerManager manager;
    private readonly IObjectCache<Namespace> namespaces;
    private readonly WebhookChanges changes = new();
    private int webhooksRead;

    public HostObjects(IKubernetesClient client, ControllerManager manager)
    {
        this.client = client;
        this.manager = manager;
        namespaces = manager.CacheOf<Namespace>();
        manager.AddController("webhooks", changes, controller => controller
            .For<MutatingWebhookConfiguration>()
            .Watches<ValidatingWebhookConfiguration>(v => [v.Key])
            .WithConcurrency(1));
    }

    /// <summary>Whether both kinds of webhook configurations were read after the caches had them.</summary>
    public bool HasReadWebhooks => webhooksRead == 3;

    /// <inheritdoc/>
    public async ValueTask<JsonObject?> FindAsync(ResourceKind kind, ObjectKey key, CancellationToken cancellationToken)
    {
        if (kind.GroupResource == "namespaces" && namespaces.Find(key) is { } known)
        {
            return KubernetesJson.ToNode(known);
        }

        return await ReadAsync(kind, key.ToString(), () => client.Dynamic.FindAsync(kind, key, cancellationToken));
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<JsonObject>> ListAsync(
        ResourceKind kind, string? inNamespace, CancellationToken cancellationToken) =>
        (await ReadAsync(
            kind,
            "",
            () => client.Dynamic.ListAsync(kind, new ListOptions { Namespace = inNamespace }, cancellationToken))).Items;

    /// <inheritdoc/>
    public async ValueTask<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject =>
        await ReadAsync(ResourceKind.Of<T>(), key.ToString(), () => client.FindAsync<T>(key, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<T>> ListAsync<T>(string? inNamespace, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        if (typeof(T) == typeof(MutatingWebhookConfiguration))
        {
            return Webhooks<T>(1);
        }

        return typeof(T) == typeof(ValidatingWebhookConfiguration)
            ? Webhooks<T>(2)
            : (await ReadAsync(
                ResourceKind.Of<T>(),
                "",
                () => client.ListAsync<T>(new ListOptions { Namespace = inNamespace }, cancellationToken))).Items;
    }

    /// <summary>Follows webhook configurations: once when the caches are filled, and then with each change.</summary>
    /// <exception cref="NotSupportedException">Other kinds are read when they are needed, not followed.</exception>
    public async IAsyncEnumerable<ObjectKey> WatchAsync(
        ResourceKind kind, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (kind.Group != "admissionregistration.k8s.io")
        {
            throw new NotSupportedException($"{kind.GroupResource} of the host are read when they are needed, not followed");
        }

        var changed = changes.Subscribe();
        await manager.CacheOf<MutatingWebhookConfiguration>().WaitForSyncAsync(cancellationToken);
        await manager.CacheOf<ValidatingWebhookConfiguration>().WaitForSyncAsync(cancellationToken);
        yield return ObjectKey.Cluster("");
        await foreach (var key in changed.ReadAllAsync(cancellationToken))
        {
            yield return key;
        }
    }

    private IReadOnlyList<T> Webhooks<T>(int bit) where T : KubernetesObject
    {
        var cache = manager.CacheOf<T>();
        if (cache.WaitForSyncAsync(CancellationToken.None).IsCompletedSuccessfully)
        {
            Interlocked.Or(ref webhooksRead, bit);
        }

        return cache.List();
    }

    private static async Task<T> ReadAsync<T>(ResourceKind kind, string key, Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            throw ApiErrors.Internal($"the host cluster did not give {kind.GroupResource} {key}: {e.Message}", e);
        }
    }

    /// <summary>Tells all who listen which configuration has changed.</summary>
    private sealed class WebhookChanges : IReconciler
    {
        private readonly Lock gate = new();
        private readonly List<ChannelWriter<ObjectKey>> listeners = [];

        public ChannelReader<ObjectKey> Subscribe()
        {
            var channel = Channel.CreateUnbounded<ObjectKey>();
            lock (gate)
            {
                listeners.Add(channel.Writer);
            }

            return channel.Reader;
        }

        public Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
        {
            lock (gate)
            {
                listeners.ForEach(l => l.TryWrite(key));
            }

            return Task.FromResult(ReconcileResult.Done);
        }
    }
}
