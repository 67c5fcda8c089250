using Hortus.Client;
using Hortus.Objects;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <inheritdoc cref="IControllerManager"/>
public sealed class ControllerManager : IControllerManager
{
    private readonly ControllerManagerOptions options;
    private readonly RuntimeMetrics metrics;
    private readonly EventRecorder events;
    private readonly Lock gate = new();
    private readonly Dictionary<(Type Kind, CacheScope Scope), object> caches = [];
    private readonly List<IReflector> reflectors = [];
    private readonly Dictionary<string, Controller> controllers = new(StringComparer.Ordinal);
    private readonly List<Task> feeding = [];
    private CancellationToken? running;

    public ControllerManager(IKubernetesClient client, ControllerManagerOptions options)
    {
        this.options = options;
        Client = client;
        metrics = new RuntimeMetrics(options.Metrics);
        events = new EventRecorder(client, options);
    }

    /// <inheritdoc/>
    public IKubernetesClient Client { get; }

    /// <inheritdoc/>
    public IEventRecorder Events => events;

    /// <summary>Whether every cache is filled; for readiness checks.</summary>
    public bool HasSynced { get; private set; }

    /// <inheritdoc/>
    public IObjectCache<T> CacheOf<T>(CacheScope? scope = null) where T : KubernetesObject => CacheFor<T>(scope);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The name is taken, or the manager runs already.</exception>
    public void AddController(string name, IReconciler reconciler, Action<IControllerBuilder> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var controller = new Controller(name, reconciler, options, metrics);
        lock (gate)
        {
            if (running is not null || !controllers.TryAdd(name, controller))
            {
                controller.Dispose();
                throw new InvalidOperationException(running is null
                    ? $"controller {name} is there already: names are unique"
                    : $"controller {name} comes too late: add controllers before the manager runs");
            }
        }

        configure(new ControllerBuilder(this, controller, options.Logs.CreateLogger(name)));
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The manager was run before.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task recording;
        IReflector[] first;
        lock (gate)
        {
            if (running is not null)
            {
                throw new InvalidOperationException("a controller manager runs once");
            }

            running = stop.Token;
            first = [.. reflectors];
            feeding.AddRange(first.Select(r => Task.Run(() => r.RunAsync(stop.Token), CancellationToken.None)));
            recording = events.RunAsync(stop.Token);
        }

        try
        {
            await Task.WhenAll(first.Select(r => r.WaitForSyncAsync(stop.Token)));
            HasSynced = true;
            await Task.WhenAll(
                [.. controllers.Values.Select(c => c.RunAsync(stop.Token)), UntilCancelledAsync(stop.Token)]);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped before the caches were filled.
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll([.. Feeding(), recording]);
            foreach (var controller in controllers.Values)
            {
                controller.Dispose();
            }
        }
    }

    /// <summary>A cache of its own for a kind known only at run time. Starts at once, or when the manager runs; dispose it to end
    /// its watch.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="options">What of it is kept, and who is told of changes.</param>
    public DynamicCache OpenCache(ResourceKind kind, DynamicCacheOptions options)
    {
        var cache = new DynamicCache(Client, kind, options, this.options);
        lock (gate)
        {
            Feed(cache);
        }

        return cache;
    }

    internal ObjectCache<T> CacheFor<T>(CacheScope? scope) where T : KubernetesObject
    {
        scope ??= new CacheScope();
        lock (gate)
        {
            if (caches.TryGetValue((typeof(T), scope), out var known))
            {
                return (ObjectCache<T>)known;
            }

            var cache = new ObjectCache<T>();
            caches.Add((typeof(T), scope), cache);
            Feed(new Reflector<T>(cache, SourceOf<T>(), scope, options));
            return cache;
        }
    }

    // Call with the gate held.
    private void Feed(IReflector reflector)
    {
        reflectors.Add(reflector);
        if (running is { } token)
        {
            feeding.Add(Task.Run(() => reflector.RunAsync(token), CancellationToken.None));
        }
    }

    private ObjectSource<T> SourceOf<T>() where T : KubernetesObject => new(
        ResourceKind.Of<T>().GroupResource,
        async (list, cancellationToken) =>
        {
            var found = await Client.ListAsync<T>(list, cancellationToken);
            return (found.Items, found.Metadata.ResourceVersion);
        },
        Client.WatchAsync<T>);

    private Task[] Feeding()
    {
        lock (gate)
        {
            return [.. feeding];
        }
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(() => cancelled.TrySetResult());
        await cancelled.Task;
    }
}
