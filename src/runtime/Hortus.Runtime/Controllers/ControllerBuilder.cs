using Hortus.Objects;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>Connects a controller's queue to caches.</summary>
internal sealed partial class ControllerBuilder(
    ControllerManager manager, Controller controller, ILogger log) : IControllerBuilder
{
    private readonly List<Func<IEnumerable<ObjectKey>>> known = [];

    /// <inheritdoc/>
    public IControllerBuilder For<T>(Func<T?, T?, bool>? when = null, CacheScope? scope = null)
        where T : KubernetesObject
    {
        var cache = manager.CacheFor<T>(scope);
        known.Add(() => cache.List().Select(o => o.Key));
        controller.KnownKeys = () => known.SelectMany(k => k());
        Handle<T>(cache, when, (_, latest) => [latest.Key]);
        return this;
    }

    /// <inheritdoc/>
    public IControllerBuilder Watches<T>(
        Func<T, IEnumerable<ObjectKey>> map, Func<T?, T?, bool>? when = null, CacheScope? scope = null)
            where T : KubernetesObject => WatchesOn(manager, map, when, scope);

    /// <inheritdoc/>
    public IControllerBuilder WatchesOn<T>(
        IControllerManager source,
        Func<T, IEnumerable<ObjectKey>> map,
        Func<T?, T?, bool>? when = null,
        CacheScope? scope = null) where T : KubernetesObject
    {
        // An object that stops pointing at something concerns the old target too.
        Handle(((ControllerManager)source).CacheFor<T>(
            scope), when, (old, latest) => old is null ? map(latest) : map(old).Concat(map(latest)));
        return this;
    }

    /// <inheritdoc/>
    public IControllerBuilder Owns<T, TOwner>(CacheScope? scope = null)
        where T : KubernetesObject where TOwner : KubernetesObject
    {
        var owner = ResourceKind.Of<TOwner>();
        return Watches<T>(value => OwnerKeys(value, owner), null, scope);
    }

    /// <inheritdoc/>
    public IControllerBuilder From(Action<Action<ObjectKey>> connect)
    {
        connect(controller.Queue.Add);
        return this;
    }

    /// <inheritdoc/>
    public IControllerBuilder WithConcurrency(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(workers);
        controller.Workers = workers;
        return this;
    }

    /// <inheritdoc/>
    public IControllerBuilder WithResync(TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        controller.Resync = period;
        return this;
    }

    private static IEnumerable<ObjectKey> OwnerKeys(KubernetesObject value, ResourceKind owner) =>
        from reference in value.Metadata.OwnerReferences ?? []
        where reference.Controller == true && reference.Kind == owner.Kind &&
            GroupOf(reference.ApiVersion) == owner.Group
        select new ObjectKey(owner.Namespaced ? value.Metadata.Namespace : null, reference.Name);

    private static string GroupOf(string apiVersion)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? "" : apiVersion[..slash];
    }

    private void Handle<T>(ObjectCache<T> cache, Func<T?, T?, bool>? when, Func<T?, T, IEnumerable<ObjectKey>> map)
        where T : KubernetesObject =>
        cache.AddHandler((old, current) =>
        {
            try
            {
                if (when is not null && !when(old, current))
                {
                    return;
                }

                var latest = current ?? old!;
                foreach (var key in map(current is null ? null : old, latest).Distinct())
                {
                    controller.Queue.Add(key);
                }
            }
            catch (Exception e)
            {
                // A broken mapping must not stop the cache for everybody else.
                LogMapFailed(log, e, typeof(T).Name, (current ?? old)?.Key.ToString());
            }
        });

    [LoggerMessage(2310, LogLevel.Error, "cannot tell which keys a change of {Kind} {Name} concerns")]
    private static partial void LogMapFailed(ILogger logger, Exception exception, string kind, string? name);
}
