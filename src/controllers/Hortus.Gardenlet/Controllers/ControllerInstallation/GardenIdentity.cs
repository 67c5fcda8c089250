using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Asks the garden for its name.</summary>
internal static class GardenIdentity
{
    private static readonly ObjectKey Map = new("kube-system", GardenerNames.ClusterIdentity);

    /// <summary>The identity of the garden cluster.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static async Task<string> ReadAsync(IKubernetesClient garden, CancellationToken cancellationToken) =>
        (await garden.FindAsync<ConfigMap>(Map, cancellationToken))?.Data?.GetValueOrDefault(GardenerNames.ClusterIdentity)
        is { Length: > 0 } identity
            ? identity
            : throw new InvalidOperationException(
                $"the garden has no ConfigMap {Map} with the key {GardenerNames.ClusterIdentity}: its API server writes it when "
                + "--cluster-identity is set");
}
