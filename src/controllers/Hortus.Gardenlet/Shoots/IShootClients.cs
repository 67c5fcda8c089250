using Hortus.Client;

namespace Hortus.Gardenlet;

/// <summary>Keeps one client for each shoot's API server.</summary>
internal interface IShootClients
{
    /// <summary>The client for a shoot; the same one as long as the kubeconfig is the same.</summary>
    IKubernetesClient Connect(string technicalID, string kubeconfig);

    /// <summary>Closes the shoot's client, if there is one.</summary>
    void Forget(string technicalID);
}
