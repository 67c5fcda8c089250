using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>
/// All objects of one kind (and scope) as of a short while ago, fed by one list and watch that all users of the process
/// share. Objects are immutable and shared; reading costs no request.
/// </summary>
public interface IObjectCache<T> where T : KubernetesObject
{
    /// <summary>The object, or null.</summary>
    T? Find(ObjectKey key);

    /// <summary>All objects, or those of one namespace, in no particular order.</summary>
    IReadOnlyList<T> List(string? @namespace = null);

    /// <summary>Completes when the first list is in.</summary>
    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Completes with the first state of the object (null when absent) for which <paramref name="condition"/> holds, at
    /// once if it already does. The caller sets the deadline through the token.
    /// </summary>
    Task<T?> WaitAsync(ObjectKey key, Func<T?, bool> condition, CancellationToken cancellationToken);
}
