using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.KubeControllers.Collection;

/// <summary>Follows all objects of all kinds that the server has, custom ones included.</summary>
internal sealed partial class ResourceGraph : IReconciler, IDisposable
{
    private static readonly TimeSpan RefreshPeriod = TimeSpan.FromSeconds(30);

    private readonly ControllerSetup setup;
    private readonly ILogger log;
    private readonly Lock gate = new();
    private readonly Dictionary<string, KindMonitor> monitors = new(StringComparer.Ordinal);
    private readonly HashSet<string> unlistable = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim refreshing = new(1);
    private readonly TaskCompletionSource complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Action<string>> concerned = [];
    private readonly List<Action<GraphNode>> removed = [];
    private IReadOnlyList<ResourceKind> kinds = [];
    private IReadOnlyDictionary<GroupVersion, string> away = new Dictionary<GroupVersion, string>();
    private CancellationToken running = new(canceled: true);

    public ResourceGraph(ControllerSetup setup)
    {
        this.setup = setup;
        log = setup.Logs.CreateLogger<ResourceGraph>();
        setup.AddController("resource-discovery", this, c => c
            .Watches<CustomResourceDefinition>(
                _ => [ObjectKey.Cluster("kinds")], (old, now) => now is null || !IsServed(old))
            .Watches<APIService>(_ => [ObjectKey.Cluster("kinds")], (old, now) => old is null || now is null)
            .WithConcurrency(1));
    }

    public GraphStore Store { get; } = new();

    /// <summary>The kinds whose objects can be listed, each in one version.</summary>
    public IReadOnlyList<ResourceKind> Kinds
    {
        get
        {
            lock (gate)
            {
                return [.. kinds.Where(k => !unlistable.Contains(k.GroupResource))];
            }
        }
    }

    /// <summary>Group versions whose server did not answer when it was asked last, and why.</summary>
    public IReadOnlyDictionary<GroupVersion, string> Away
    {
        get
        {
            lock (gate)
            {
                return away;
            }
        }
    }

    /// <summary>Completes when all kinds that were there at the start have been read once.</summary>
    public Task CompleteAsync(CancellationToken cancellationToken) => complete.Task.WaitAsync(cancellationToken);

    /// <summary>Calls back with the uid of each object worth another look.</summary>
    public void OnConcerned(Action<string> callback) => concerned.Add(callback);

    /// <summary>Calls back with each object that is gone.</summary>
    public void OnRemoved(Action<GraphNode> callback) => removed.Add(callback);

    /// <summary>The kind that an owner reference means; null when the server does not have it.</summary>
    public ResourceKind? KindOf(OwnerReference reference)
    {
        var group = GroupVersion.Parse(reference.ApiVersion).Group;
        lock (gate)
        {
            return kinds.FirstOrDefault(k => k.Group == group && k.Kind == reference.Kind);
        }
    }

    /// <summary>Reads all kinds and follows them until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        running = cancellationToken;
        using var timer = new PeriodicTimer(RefreshPeriod, setup.Clock);
        try
        {
            do
            {
                try
                {
                    await RefreshAsync(cancellationToken);
                    if (!complete.Task.IsCompleted)
                    {
                        await Task.WhenAll(Monitors().Select(m => m.FirstList)).WaitAsync(cancellationToken);
                        complete.TrySetResult();
                    }
                }
                catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
                {
                    LogDiscoveryFailed(log, setup.Servers?.LevelOf(e) ?? LogLevel.Warning, e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The normal end.
        }
        finally
        {
            await Task.WhenAll(Monitors().Select(m => m.StopAsync()));
        }
    }

    /// <summary>Looks for new kinds at once when one was defined.</summary>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (complete.Task.IsCompleted)
        {
            await RefreshAsync(cancellationToken);
        }

        return ReconcileResult.Done;
    }

    /// <summary>Reads the kinds anew, follows new ones and forgets those that are gone.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await refreshing.WaitAsync(cancellationToken);
        try
        {
            var discovered = await setup.Client.Dynamic.DiscoverAllAsync(cancellationToken);
            var found = discovered.Kinds.Concat(Remembered(discovered.Failed))
                .Where(k => k.Plural is not ("events" or "bindings" or "componentstatuses"))
                .DistinctBy(k => k.GroupResource).ToList();
            await FollowAsync(found);
        }
        finally
        {
            refreshing.Release();
        }
    }

    internal void Put(GraphNode node) => Concern(Store.Put(node));

    internal void Remove(string uid)
    {
        var node = Store.Find(uid);
        Concern(Store.Remove(uid));
        if (node is not null)
        {
            removed.ForEach(r => r(node));
        }
    }

    /// <summary>The kind can be named but not listed, such as access reviews.</summary>
    internal void Unlistable(ResourceKind kind)
    {
        lock (gate)
        {
            unlistable.Add(kind.GroupResource);
            monitors.Remove(kind.GroupResource);
        }
    }

    public void Dispose() => refreshing.Dispose();

    // The server of a kind is away for a while: its objects are not gone for that.
    private List<ResourceKind> Remembered(IReadOnlyDictionary<GroupVersion, string> failed)
    {
        lock (gate)
        {
            away = failed;
            return [.. kinds.Where(k => failed.ContainsKey(k.GroupVersion))];
        }
    }

    private static bool IsServed(CustomResourceDefinition? definition) =>
        Conditions.IsTrue(definition?.Status.Conditions, "Established");

    private async Task FollowAsync(List<ResourceKind> found)
    {
        var gone = new List<KindMonitor>();
        lock (gate)
        {
            kinds = found;
            var names = found.ToDictionary(k => k.GroupResource, StringComparer.Ordinal);
            foreach (var (name, monitor) in monitors.ToList())
            {
                if (!names.ContainsKey(name) || monitor.HasEnded)
                {
                    monitors.Remove(name);
                    gone.Add(monitor);
                }
            }

            foreach (var (name, kind) in names)
            {
                if (!unlistable.Contains(name) && !monitors.ContainsKey(name) && !running.IsCancellationRequested)
                {
                    monitors[name] = new KindMonitor(this, kind, setup, running);
                }
            }
        }

        foreach (var monitor in gone)
        {
            await monitor.StopAsync();
            if (!found.Exists(k => k.GroupResource == monitor.Kind.GroupResource))
            {
                foreach (var uid in Store.OfKind(monitor.Kind))
                {
                    Remove(uid);
                }
            }
        }
    }

    private void Concern(IReadOnlyCollection<string> uids)
    {
        foreach (var callback in concerned)
        {
            foreach (var uid in uids)
            {
                callback(uid);
            }
        }
    }

    private List<KindMonitor> Monitors()
    {
        lock (gate)
        {
            return [.. monitors.Values];
        }
    }

    [LoggerMessage(EventId = 6110, Message = "cannot read which kinds the server has, trying again: {Reason}")]
    private static partial void LogDiscoveryFailed(ILogger logger, LogLevel level, string reason);
}
