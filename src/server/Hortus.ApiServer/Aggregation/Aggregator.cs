using Hortus.ApiServer.Builtin;
using Hortus.ApiServer.Services;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.AspNetCore.Http;
using UserInfo = Hortus.ApiServer.Authentication.UserInfo;

namespace Hortus.ApiServer.Aggregation;

/// <summary>Makes APIServices true: group versions that name a Service are served by it, all others are registered as local.</summary>
internal sealed class Aggregator : IAsyncDisposable
{
    private static readonly ResourceKind Kind = ResourceKind.Of<APIService>();
    private const StringComparison Exact = StringComparison.Ordinal;

    private readonly ApiServerServices services;
    private readonly BackendConnections connections;
    private readonly AvailabilityProbe probe;
    private readonly Dictionary<string, RemoteApiMonitor> monitors = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    /// <exception cref="IOException">The front proxy's certificate cannot be read; the message names the file.</exception>
    public Aggregator(ApiServerServices services)
    {
        this.services = services;
        var resolver = new ServiceResolver(
            services.Objects, services.Options.EnableAggregatorRouting ? ServiceRoute.Endpoints : ServiceRoute.ClusterIP);
        connections = new BackendConnections(services.Options, resolver, services.Time);
        Proxy = new ApiProxy(connections);
        probe = new AvailabilityProbe(resolver, Proxy, services.Time);
    }

    /// <summary>What other servers serve.</summary>
    public RemoteApis Apis { get; } = new();

    public ApiProxy Proxy { get; }

    /// <summary>Answers a request to a remote API.</summary>
    public async Task ForwardAsync(HttpContext http, UserInfo user, RemoteApi api, CancellationToken cancellationToken)
    {
        try
        {
            await Proxy.ForwardAsync(http, user, api, cancellationToken);
        }
        catch (Requests.ApiStatusException e) when (e.Code == 503)
        {
            Wake(a => a.Name == api.Name);
            throw;
        }
    }

    /// <summary>Takes over what is registered, before the server is ready.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var found in await services.Objects.ListAsync(Kind, null, cancellationToken))
        {
            if (RemoteApi.Of(found) is { } api)
            {
                Apis.Set(api);
            }
        }
    }

    /// <summary>Follows registrations, Services and endpoints until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => Task.WhenAll(
        FollowRegistrationsAsync(cancellationToken),
        new LocalRegistrations(services).RunAsync(cancellationToken),
        FollowAsync(Kinds.Service, (api, key) => api.Service.Name == key.Name, cancellationToken),
        FollowAsync(Kinds.EndpointSlice, (api, key) => key.Name.StartsWith(api.Service.Name, Exact), cancellationToken));

    public async ValueTask DisposeAsync()
    {
        foreach (var monitor in Monitors())
        {
            await monitor.DisposeAsync();
        }

        await connections.DisposeAsync();
    }

    private async Task FollowRegistrationsAsync(CancellationToken cancellationToken)
    {
        foreach (var api in Apis.All)
        {
            Monitor(api.Name, cancellationToken);
        }

        await foreach (var key in services.Objects.WatchAsync(Kind, cancellationToken))
        {
            await TakeAsync(key, cancellationToken);
        }
    }

    private async Task TakeAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var found = await services.Objects.FindAsync(Kind, key, cancellationToken);
        if (found is null || RemoteApi.Of(found) is not { } registered)
        {
            Apis.Remove(key.Name);
            await ForgetAsync(key.Name);
            return;
        }

        var known = Apis.Find(key.Name);
        if (known is null || known.Service != registered.Service || known.Trust != registered.Trust)
        {
            Apis.Set(registered with { Resources = known?.Resources });
            Monitor(key.Name, cancellationToken).Wake();
        }
        else if (known.Priority != registered.Priority)
        {
            Apis.Set(known with { Priority = registered.Priority });
        }
    }

    private async Task FollowAsync(
        ResourceKind kind, Func<RemoteApi, ObjectKey, bool> concerns, CancellationToken cancellationToken)
    {
        await foreach (var key in services.Objects.WatchAsync(kind, cancellationToken))
        {
            Wake(api => api.Service.Namespace == key.Namespace && concerns(api, key));
        }
    }

    private void Wake(Func<RemoteApi, bool> which)
    {
        foreach (var api in Apis.All.Where(which))
        {
            lock (gate)
            {
                monitors.GetValueOrDefault(api.Name)?.Wake();
            }
        }
    }

    private RemoteApiMonitor Monitor(string name, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (!monitors.TryGetValue(name, out var monitor))
            {
                monitor = new RemoteApiMonitor(name, Apis, probe, services, cancellationToken);
                monitors[name] = monitor;
            }

            return monitor;
        }
    }

    private async Task ForgetAsync(string name)
    {
        RemoteApiMonitor? monitor;
        lock (gate)
        {
            monitors.Remove(name, out monitor);
        }

        if (monitor is not null)
        {
            await monitor.DisposeAsync();
        }
    }

    private List<RemoteApiMonitor> Monitors()
    {
        lock (gate)
        {
            return [.. monitors.Values];
        }
    }
}
