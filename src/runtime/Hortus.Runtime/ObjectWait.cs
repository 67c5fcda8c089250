using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>Waits for one object without a cache: for callers that look at few objects for a short while.</summary>
public static class ObjectWait
{
    /// <summary>
    /// Completes with the first state of the object (null when absent) for which <paramref name="condition"/> holds; watches, never
    /// polls. The caller sets the deadline through the token.
    /// </summary>
    /// <exception cref="ApiException">The server refuses to show the object.</exception>
    public static async Task<T?> UntilAsync<T>(
        this IKubernetesClient client, ObjectKey key, Func<T?, bool> condition, CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(condition);
        var selector = $"metadata.name={key.Name}";
        while (true)
        {
            var list = await client.ListAsync<T>(
                new ListOptions { Namespace = key.Namespace, FieldSelector = selector }, cancellationToken);
            var current = list.Items.Count > 0 ? list.Items[0] : null;
            if (condition(current))
            {
                return current;
            }

            var options = new WatchOptions
            {
                Namespace = key.Namespace,
                FieldSelector = selector,
                ResourceVersion = list.Metadata.ResourceVersion,
            };
            try
            {
                await foreach (var change in client.WatchAsync<T>(options, cancellationToken))
                {
                    if (change.Type == WatchEventType.Bookmark)
                    {
                        continue;
                    }

                    current = change.Type == WatchEventType.Deleted ? null : change.Object;
                    if (condition(current))
                    {
                        return current;
                    }
                }
            }
            catch (ApiException expired) when (expired.IsExpired)
            {
                // History does not reach back: list again.
            }
        }
    }
}
