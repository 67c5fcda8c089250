using Hortus.Client;

namespace Hortus.Local;

/// <summary>Clients and kubeconfigs of a local garden, from its state directory.</summary>
public sealed class GardenConnections(StateDirectory state)
{
    /// <summary>Path of the runtime cluster's kubeconfig.</summary>
    /// <exception cref="LocalGardenException">The garden was never started.</exception>
    public string RuntimeKubeconfig => Existing(state.Runtime.Kubeconfig);

    /// <summary>Path of the virtual garden's kubeconfig.</summary>
    /// <exception cref="LocalGardenException">The garden was never ready.</exception>
    public string GardenKubeconfig => Existing(state.GardenKubeconfig);

    /// <summary>Port of the front door.</summary>
    public int Port => state.KnownPort ?? new LocalGardenOptions { StateDirectory = state.Root }.Port;

    /// <summary>Whether the virtual garden was ready once.</summary>
    public bool HasGarden => File.Exists(state.GardenKubeconfig);

    public KubernetesClient Runtime() => Open(state.Runtime);

    /// <summary>A client of one of the garden's clusters.</summary>
    /// <exception cref="LocalGardenException">It was never started.</exception>
    public KubernetesClient Open(ClusterDirectory cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return Connect(Existing(cluster.Kubeconfig));
    }

    /// <summary>Path of the kubeconfig of a seed's cluster.</summary>
    /// <exception cref="LocalGardenException">No such seed has a cluster on this machine, or it was never started.</exception>
    public string KubeconfigOf(string seed) => Existing(ClusterOf(seed).Kubeconfig);

    /// <summary>The cluster of a seed.</summary>
    /// <exception cref="LocalGardenException">No such seed has a cluster on this machine.</exception>
    public ClusterDirectory ClusterOf(string seed) =>
        state.Clusters.FirstOrDefault(cluster => cluster.Cluster.SeedName == seed)
        ?? throw new LocalGardenException(
            $"no cluster of this machine is the seed \"{seed}\"; there are "
            + string.Join(", ", state.Clusters.Select(cluster => cluster.Cluster.SeedName)));

    public KubernetesClient Garden() => Connect(GardenKubeconfig);

    private static KubernetesClient Connect(string kubeconfig) =>
        new(KubeConfig.Load(kubeconfig).Connect(), new ClientOptions { UserAgent = "hortus" });

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new LocalGardenException($"there is no {path}: start the garden with `hortus up`");
}
