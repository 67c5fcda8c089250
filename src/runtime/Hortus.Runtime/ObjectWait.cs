using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>Waits for one object without a cache: for callers that look at few objects for a short while.</summary>
public static class ObjectWait
{
    /// <summary>
    /// Completes with the first state of the object (null when absent) for which <paramref name="condition"/> holds;
    /// watches, never polls. The caller sets the deadline through the token.
    /// </summary>
    /// <exception cref="ApiException">The server refuses to show the object.</exception>
    public static async Task<T?> UntilAsync<T>(
        this IKubernetesClient client, ObjectKey key, Func<T?, bool> condition, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        ArgumentNullException.ThrowIfNull(condition);
        await foreach (var state in client.StatesAsync<T>(key, cancellationToken))
        {
            if (condition(state))
            {
                return state;
            }
        }

        throw new OperationCanceledException(cancellationToken);
    }
}
