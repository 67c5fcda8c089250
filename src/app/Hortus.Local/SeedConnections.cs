using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Local;

/// <summary>Ways into the clusters of seeds: those of this machine, and shoots that are seeds.</summary>
/// <param name="state">The garden's.</param>
/// <param name="garden">The virtual garden; null when it was never ready.</param>
public sealed class SeedConnections(StateDirectory state, IKubernetesClient? garden)
{
    private static readonly TimeSpan ShootKubeconfigValidity = TimeSpan.FromHours(12);

    private readonly GardenConnections connections = new(state);

    /// <summary>A client of a seed's cluster; the caller closes it.</summary>
    /// <exception cref="LocalGardenException">There is no such seed, or no way to it from this machine.</exception>
    public async Task<KubernetesClient> OpenAsync(string seed, CancellationToken cancellationToken) => IsHere(seed)
        ? connections.Open(connections.ClusterOf(seed))
        : new KubernetesClient(
            KubeConfig.Parse(await KubeconfigAsync(seed, cancellationToken), null).Connect(), new ClientOptions { UserAgent = "hortus" });

    /// <summary>A kubeconfig of a seed's cluster, for an administrator on this machine.</summary>
    /// <exception cref="LocalGardenException">There is no such seed, or no way to it from this machine.</exception>
    public async Task<string> KubeconfigAsync(string seed, CancellationToken cancellationToken)
    {
        if (IsHere(seed) || garden is null || await FindManagedAsync(garden, seed, cancellationToken) is not { } managed)
        {
            return await File.ReadAllTextAsync(connections.KubeconfigOf(seed), cancellationToken);
        }

        var shoot = new ObjectKey(GardenerNames.GardenNamespace, managed.Spec.Shoot?.Name ?? "");
        var host = (await garden.FindAsync<Shoot>(shoot, cancellationToken))?.Status?.SeedName;
        return host is null || IsHere(host)
            ? await ShootKubeconfig.RequestAsync(garden, shoot, connections.Port, ShootKubeconfigValidity, cancellationToken)
            : throw new LocalGardenException(
                $"the seed \"{seed}\" is the cluster of shoot {shoot}, whose API server runs on the seed \"{host}\", "
                + $"where no way from this machine leads: take `hortus kubeconfig seed {host}`, and ask from a pod there");
    }

    private bool IsHere(string seed) => state.Clusters.Any(cluster => cluster.Cluster.SeedName == seed);

    private static Task<ManagedSeed?> FindManagedAsync(IKubernetesClient garden, string seed, CancellationToken cancellationToken) =>
        garden.FindAsync<ManagedSeed>(new ObjectKey(GardenerNames.GardenNamespace, seed), cancellationToken);
}
