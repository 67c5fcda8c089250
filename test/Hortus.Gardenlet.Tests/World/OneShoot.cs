using Hortus.Client;

namespace Hortus.Gardenlet.Tests.World;

/// <summary>All ways lead into one cluster, whatever the kubeconfig says.</summary>
internal sealed class OneShoot(IKubernetesClient client) : IShootClients
{
    public IKubernetesClient Connect(string technicalID, string kubeconfig) => client;

    public void Forget(string technicalID)
    {
    }
}
