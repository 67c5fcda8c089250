using System.Runtime.CompilerServices;
using Hortus.Client;
using Hortus.Objects;

namespace Hortus.Runtime;

/// <summary>Follows one object without a cache.</summary>
public static class ObjectStates
{
    /// <summary>
    /// The object as it is now (null when absent) and after each change, until the caller stops or cancels. Watches,
    /// and lists again when the server's history does not reach back.
    /// </summary>
    /// <exception cref="ApiException">The server refuses to show the object.</exception>
    public static async IAsyncEnumerable<T?> StatesAsync<T>(
        this IKubernetesClient client, ObjectKey key, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : KubernetesObject
    {
        ArgumentNullException.ThrowIfNull(client);
        while (true)
        {
            var selector = $"metadata.name={key.Name}";
            var list = await client.ListAsync<T>(
                new ListOptions { Namespace = key.Namespace, FieldSelector = selector }, cancellationToken);
            yield return list.Items.Count > 0 ? list.Items[0] : null;
            var options = new WatchOptions
            {
                Namespace = key.Namespace,
                FieldSelector = selector,
                ResourceVersion = list.Metadata.ResourceVersion,
            };
            await using var changes = client.WatchAsync<T>(
                options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await MoveNextAsync(changes))
            {
                if (changes.Current.Type != WatchEventType.Bookmark)
                {
                    yield return changes.Current.Type == WatchEventType.Deleted ? null : changes.Current.Object;
                }
            }
        }
    }

    // False also when the server's history does not reach back: the caller lists again.
    private static async ValueTask<bool> MoveNextAsync<T>(IAsyncEnumerator<WatchEvent<T>> changes)
    {
        try
        {
            return await changes.MoveNextAsync();
        }
        catch (ApiException expired) when (expired.IsExpired)
        {
            return false;
        }
    }
}
