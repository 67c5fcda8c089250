using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers.Tests;

internal static class Waits
{
    public static async Task<Secret> UntilLabelledAsync(
        this IKubernetesClient client, ObjectKey key, string[] labels, CancellationToken cancellationToken) =>
        (await client.UntilAsync<Secret>(
            key, found => labels.All(label => found?.Metadata.Label(label) == "true"), cancellationToken))!;

    public static async Task<GardenerCondition> UntilConditionAsync(
        this IKubernetesClient client, string seed, string type, string status, CancellationToken cancellationToken) =>
        (await client.UntilAsync<Seed>(
            ObjectKey.Cluster(seed),
            found => found?.Status?.Conditions?.Any(c => c.Type == type && c.Status == status) == true,
            cancellationToken))!.Status!.Conditions!.Single(c => c.Type == type);
}
