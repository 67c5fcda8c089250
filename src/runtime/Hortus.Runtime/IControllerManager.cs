using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>
/// Owns the caches and controllers of one API server inside a process. Register everything first, then run.
/// </summary>
public interface IControllerManager
{
    /// <summary>The client that caches and controllers use.</summary>
    IKubernetesClient Client { get; }

    /// <summary>The shared cache of a kind; created at the first call and started when the manager runs.</summary>
    /// <param name="scope">Restricts the cache; the same scope gives the same cache. Null means all namespaces.</param>
    IObjectCache<T> CacheOf<T>(CacheScope? scope = null) where T : KubernetesObject;

    /// <summary>Adds a controller.</summary>
    /// <param name="name">Unique name, used in logs and metrics.</param>
    /// <param name="reconciler">What to run for each key.</param>
    /// <param name="configure">Declares what to watch and how many workers to run.</param>
    void AddController(string name, IReconciler reconciler, Action<IControllerBuilder> configure);

    /// <summary>Records events on objects.</summary>
    IEventRecorder Events { get; }

    /// <summary>Starts caches, waits until they are filled, then runs the controllers until the token is
    /// cancelled.</summary>
    Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>Restricts a cache to a namespace and selectors; null fields do not restrict.</summary>
public sealed record CacheScope(string? Namespace = null, string? LabelSelector = null, string? FieldSelector = null);

/// <summary>Declares what a controller watches.</summary>
public interface IControllerBuilder
{
    /// <summary>Keys of changed objects go to the queue.</summary>
    /// <param name="when">Decides by old (null: added) and new (null: deleted) state whether a change matters; null
    /// means always.</param>
    IControllerBuilder For<T>(Func<T?, T?, bool>? when = null, CacheScope? scope = null) where T : KubernetesObject;

    /// <summary>For each change, the keys that <paramref name="map"/> returns go to the queue.</summary>
    IControllerBuilder Watches<T>(
        Func<T, IEnumerable<ObjectKey>> map, Func<T?, T?, bool>? when = null, CacheScope? scope = null)
        where T : KubernetesObject;

    /// <summary>As <see cref="Watches{T}"/>, for objects of another API server.</summary>
    /// <param name="source">Manager of the other API server; the caller runs both.</param>
    IControllerBuilder WatchesOn<T>(
        IControllerManager source, Func<T, IEnumerable<ObjectKey>> map, Func<T?, T?, bool>? when = null, CacheScope? scope = null)
        where T : KubernetesObject;

    /// <summary>Changes of objects that <typeparamref name="TOwner"/> controls go to the queue under their owner's
    /// key.</summary>
    IControllerBuilder Owns<T, TOwner>(CacheScope? scope = null)
        where T : KubernetesObject where TOwner : KubernetesObject;

    /// <summary>Keys from outside the caches: <paramref name="connect"/> gets the function that puts a key into the queue, safe for
    /// many threads.</summary>
    IControllerBuilder From(Action<Action<ObjectKey>> connect);

    /// <summary>How many keys are handled side by side. Default 5.</summary>
    IControllerBuilder WithConcurrency(int workers);

    /// <summary>Enqueues every known key again after this time. Default none.</summary>
    IControllerBuilder WithResync(TimeSpan period);
}

/// <summary>Records what happened to an object as an Event that <c>kubectl describe</c> shows. Never throws and never
/// blocks: events are best effort, repeated ones are counted on one object.</summary>
public interface IEventRecorder
{
    void Normal(KubernetesObject about, string reason, string message);

    void Warning(KubernetesObject about, string reason, string message);
}
