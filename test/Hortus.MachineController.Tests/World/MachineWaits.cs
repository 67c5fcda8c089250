using Hortus.Client;
using Hortus.Objects.Gardener.Machine;

namespace Hortus.MachineController.Tests.World;

internal static class MachineWaits
{
    /// <summary>Waits until some machine of the namespace is as described.</summary>
    public static async Task UntilAnyAsync(
        this IKubernetesClient client, string @namespace, Func<Machine, bool> condition, CancellationToken cancellationToken)
    {
        await foreach (var change in client.WatchAsync<Machine>(new WatchOptions { Namespace = @namespace }, cancellationToken))
        {
            if (change.Type != WatchEventType.Bookmark && condition(change.Object))
            {
                return;
            }
        }
    }
}
