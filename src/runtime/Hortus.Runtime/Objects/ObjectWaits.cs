using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>Waits on caches: the change itself ends the wait, nothing is polled.</summary>
public static class ObjectWaits
{
    /// <summary>Waits until <paramref name="whyNot"/> has no objection to the object's state.</summary>
    /// <param name="cache">Sees the object.</param>
    /// <param name="key">The object.</param>
    /// <param name="whyNot">Gets the state (null: absent); null means fine, a text says what is missing.</param>
    /// <param name="limit">Longest wait on <paramref name="clock"/>.</param>
    /// <param name="clock">Measures the limit.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <exception cref="TimeoutException">The limit has passed; the message has the last objection.</exception>
    public static async Task<T?> WaitUntilAsync<T>(
        this IObjectCache<T> cache,
        ObjectKey key,
        Func<T?, string?> whyNot,
        TimeSpan limit,
        TimeProvider clock,
        CancellationToken cancellationToken) where T : KubernetesObject
    {
        ArgumentNullException.ThrowIfNull(cache);
        var objection = "the cache is not filled yet";
        using var deadline = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await cache.WaitAsync(key, value => (objection = whyNot(value)) is null, both.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            var kind = ResourceKind.Find(typeof(T))?.Kind ?? typeof(T).Name;
            throw new TimeoutException($"{kind} {key}: not ready within {limit.TotalSeconds} s: {objection}", e);
        }
    }

    /// <summary>Waits until the object is gone.</summary>
    /// <exception cref="TimeoutException">The limit has passed; the message names the finalizers that hold the
    /// object.</exception>
    public static Task WaitUntilGoneAsync<T>(
        this IObjectCache<T> cache,
        ObjectKey key,
        TimeSpan limit,
        TimeProvider clock,
        CancellationToken cancellationToken)
        where T : KubernetesObject => cache.WaitUntilAsync(key, WhyStillThere, limit, clock, cancellationToken);

    private static string? WhyStillThere<T>(T? value) where T : KubernetesObject => value switch
    {
        null => null,
        { Metadata.DeletionTimestamp: null } => "still there and not marked for deletion",
        { Metadata.Finalizers: { Count: > 0 } finalizers } => $"held by the finalizers {string.Join(", ", finalizers)}",
        _ => "still being deleted",
    };
}
