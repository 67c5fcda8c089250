using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>Brings one object to its declared state.</summary>
public interface IReconciler
{
    /// <summary>
    /// Handles one key. Never runs twice at a time for the same key. Returning <see cref="ReconcileResult.Done"/>
    /// forgets the key until its next change; <see cref="ReconcileResult.After"/> asks for another run; an exception
    /// means another run after a back-off (5 ms doubling to 5 min) and is logged once with the object's key, unless it comes of a
    /// server that is away (<see cref="ServerLog"/>; then at most 30 s); a <see cref="TerminalReconcileException"/> is logged and not
    /// retried until the object changes.
    /// </summary>
    Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken);
}

/// <summary>What to do next with a key.</summary>
public readonly record struct ReconcileResult(TimeSpan? RequeueAfter)
{
    /// <summary>Nothing until the next change.</summary>
    public static ReconcileResult Done => default;

    /// <summary>Again after this time, or at the next change if that is earlier.</summary>
    public static ReconcileResult After(TimeSpan delay) => new(delay);
}

/// <summary>Retrying cannot help until the object changes.</summary>
public sealed class TerminalReconcileException(string message, Exception? inner = null) : Exception(message, inner);
