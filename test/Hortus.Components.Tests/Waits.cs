using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Components.Tests;

internal static class Waits
{
    /// <summary>Completes when the controllers have said something about the set.</summary>
    public static Task UntilReportedAsync(this IKubernetesClient client, ObjectKey set, CancellationToken cancellationToken) =>
        client.UntilAsync<StatefulSet>(set, found => found?.Status?.ObservedGeneration > 0, cancellationToken);
}
