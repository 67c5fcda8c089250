using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>The client over HTTP. One instance serves a whole process: it shares connections and is safe for many
/// threads.</summary>
public sealed class KubernetesClient : IKubernetesClient, IDisposable
{
    private readonly ApiTransport transport;
    private readonly ClientOptions options;
    private readonly DynamicClient dynamicClient;
    private readonly DynamicClient rehearsal;

    /// <summary>Connects through sockets; nothing is sent before the first call.</summary>
    public KubernetesClient(ClientConnection connection, ClientOptions options)
        : this(TransportFactory.Create(connection), true, connection, options)
    {
    }

    /// <summary>Sends everything through <paramref name="handler"/>: in-process servers and tests. The handler stays
    /// the caller's. TLS settings of the connection are the handler's business then.</summary>
    public KubernetesClient(HttpMessageHandler handler, ClientConnection connection, ClientOptions options)
        : this(handler, false, connection, options)
    {
    }

    private KubernetesClient(
        HttpMessageHandler handler, bool ownsHandler, ClientConnection connection, ClientOptions options)
    {
        this.options = options;
        transport = new ApiTransport(handler, ownsHandler, connection, options);
        dynamicClient = new DynamicClient(transport, options.PageSize);
        rehearsal = new DynamicClient(transport, options.PageSize, isRehearsal: true);
        Connection = connection;
    }

    /// <summary>The server and identity in use. Holds secrets.</summary>
    public ClientConnection Connection { get; private set; }

    /// <summary>Goes on with another identity, such as a renewed certificate, or another trust: calls from now on open connections of
    /// their own; what is under way, watches among it, ends as it began.</summary>
    public void Reconnect(ClientConnection connection)
    {
        ArgumentNullException.ThrowIfNull(connection);
        transport.Switch(TransportFactory.Create(connection), true, connection);
        Connection = connection;
    }

    /// <inheritdoc/>
    public IDynamicClient Dynamic => dynamicClient;

    /// <inheritdoc/>
    public IDynamicClient Rehearsal => rehearsal;

    /// <inheritdoc/>
    public Task<T> GetAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject =>
        transport.SendAsync<T>(new(HttpMethod.Get, ResourcePath.Object(ResourceKind.Of<T>(), key)), cancellationToken);

    /// <inheritdoc/>
    public async Task<T?> FindAsync<T>(ObjectKey key, CancellationToken cancellationToken) where T : KubernetesObject
    {
        try
        {
            return await GetAsync<T>(key, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<KubernetesList<T>> ListAsync<T>(ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var kind = ResourceKind.Of<T>();
        var page = await PageAsync(options.Limit ?? this.options.PageSize, options.Continue);
        if (options.Limit is not null || string.IsNullOrEmpty(page.Metadata.Continue))
        {
            return page;
        }

        var items = new List<T>(page.Items);
        while (!string.IsNullOrEmpty(page.Metadata.Continue))
        {
            page = await PageAsync(this.options.PageSize, page.Metadata.Continue);
            items.AddRange(page.Items);
        }

        return page with { Items = items };

        Task<KubernetesList<T>> PageAsync(int limit, string? @continue) => transport.SendAsync<KubernetesList<T>>(
            new(HttpMethod.Get, ResourcePath.List(kind, options, limit, @continue)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<T> CreateAsync<T>(T value, CancellationToken cancellationToken) where T : KubernetesObject =>
        transport.SendAsync<T>(
            new(HttpMethod.Post, ResourcePath.Collection(ResourceKind.Of<T>(), value.Metadata.Namespace))
            {
                Body = Body(value),
            },
            cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateAsync<T>(T value, CancellationToken cancellationToken) where T : KubernetesObject =>
        PutAsync(value, null, cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateStatusAsync<T>(T value, CancellationToken cancellationToken) where T : KubernetesObject =>
        PutAsync(value, "status", cancellationToken);

    /// <inheritdoc/>
    public Task<T> UpdateSubresourceAsync<T>(T value, string subresource, CancellationToken cancellationToken)
        where T : KubernetesObject => PutAsync(value, subresource, cancellationToken);

    /// <inheritdoc/>
    public Task<T> PatchAsync<T>(ObjectKey key, Patch patch, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        transport.SendAsync<T>(
            DynamicClient.PatchRequest(ResourcePath.Patch(ResourceKind.Of<T>(), key, patch), patch), cancellationToken);

    /// <inheritdoc/>
    public Task<T> ApplyAsync<T>(T value, string fieldManager, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        var body = KubernetesJson.ToNode(value);
        return PatchAsync<T>(
            value.Key, Patch.Apply(DynamicClient.ForApply(body), fieldManager, force: true), cancellationToken);
    }

    /// <inheritdoc/>
    public Task DeleteAsync<T>(ObjectKey key, DeleteOptions? options, CancellationToken cancellationToken)
        where T : KubernetesObject => dynamicClient.DeleteAsync(ResourceKind.Of<T>(), key, options, cancellationToken);

    /// <inheritdoc/>
    public Task DeleteCollectionAsync<T>(ListOptions options, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        transport.SendAsync<JsonElement>(
            new(HttpMethod.Delete, ResourcePath.List(ResourceKind.Of<T>(), options, null, null)), cancellationToken);

    /// <inheritdoc/>
    public Task<TResult> CreateSubresourceAsync<T, TBody, TResult>(
        ObjectKey key, string subresource, TBody body, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        transport.SendAsync<TResult>(
            new(HttpMethod.Post, ResourcePath.Object(ResourceKind.Of<T>(), key, subresource))
            {
                Body = KubernetesJson.Serialize(body),
            },
            cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        WatchOptions options, [EnumeratorCancellation] CancellationToken cancellationToken) where T : KubernetesObject
    {
        var request = new ApiRequest(HttpMethod.Get, ResourcePath.Watch(ResourceKind.Of<T>(), options));
        using var response = await transport.OpenAsync(request, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        var changes = WatchReader.ReadAsync(
            stream, request.ToString(), static e => e.Deserialize<T>(KubernetesJson.Options)!, cancellationToken);
        await foreach (var change in changes)
        {
            yield return change;
        }
    }

    /// <summary>Asks a path that answers with text, such as <c>/healthz</c> or <c>/version</c>.</summary>
    /// <exception cref="ApiException">The server answered other than 2xx.</exception>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await transport.OpenAsync(
            new ApiRequest(HttpMethod.Get, path.TrimStart('/')), cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>Opens a path that answers with text that may go on coming; the caller disposes the reader.</summary>
    /// <exception cref="ApiException">The server answered other than 2xx.</exception>
    internal async Task<StreamReader> OpenTextAsync(string path, CancellationToken cancellationToken)
    {
        var response = await transport.OpenAsync(new ApiRequest(HttpMethod.Get, path), cancellationToken);
        return new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => transport.Dispose();

    private Task<T> PutAsync<T>(T value, string? subresource, CancellationToken cancellationToken)
        where T : KubernetesObject =>
        transport.SendAsync<T>(
            new(HttpMethod.Put, ResourcePath.Object(ResourceKind.Of<T>(), value.Key, subresource))
            {
                Body = Body(value),
            },
            cancellationToken);

    private static byte[] Body<T>(T value) where T : KubernetesObject => KubernetesJson.Serialize(value);
}
