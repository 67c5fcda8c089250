using Hortus.Client;

namespace Hortus.Local;

/// <summary>Clients and kubeconfigs of a local garden, from its state directory.</summary>
public sealed class GardenConnections(StateDirectory state)
{
    /// <summary>Path of the runtime cluster's (which is also the seed's) kubeconfig.</summary>
    /// <exception cref="LocalGardenException">The garden was never started.</exception>
    public string RuntimeKubeconfig => Existing(state.RuntimeKubeconfig);

    /// <summary>Path of the virtual garden's kubeconfig.</summary>
    /// <exception cref="LocalGardenException">The garden was never ready.</exception>
    public string GardenKubeconfig => Existing(state.GardenKubeconfig);

    /// <summary>Whether the virtual garden was ready once.</summary>
    public bool HasGarden => File.Exists(state.GardenKubeconfig);

    public KubernetesClient Runtime() => Connect(RuntimeKubeconfig);

    public KubernetesClient Garden() => Connect(GardenKubeconfig);

    private static KubernetesClient Connect(string kubeconfig) =>
        new(KubeConfig.Load(kubeconfig).Connect(), new ClientOptions { UserAgent = "hortus" });

    private static string Existing(string path) => File.Exists(path)
        ? path
        : throw new LocalGardenException($"there is no {path}: start the garden with `hortus up`");
}
