using Hortus.Client;

namespace Hortus.Gardenlet;

/// <summary>Connects to shoots through the Service of their API server in the seed.</summary>
internal sealed class ShootClients(TimeProvider clock, ICallObserver? observer = null) : IShootClients, IDisposable
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (string Kubeconfig, KubernetesClient Client)> open = [];

    public IKubernetesClient Connect(string technicalID, string kubeconfig)
    {
        lock (gate)
        {
            if (open.TryGetValue(technicalID, out var known))
            {
                if (known.Kubeconfig == kubeconfig)
                {
                    return known.Client;
                }

                known.Client.Dispose();
            }

            var client = new KubernetesClient(
                KubeConfig.Parse(kubeconfig, null).Connect(),
                new ClientOptions { UserAgent = GardenletComponent.Name, Clock = clock, Observer = observer });
            open[technicalID] = (kubeconfig, client);
            return client;
        }
    }

    public void Forget(string technicalID)
    {
        lock (gate)
        {
            if (open.Remove(technicalID, out var known))
            {
                known.Client.Dispose();
            }
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            foreach (var (_, client) in open.Values)
            {
                client.Dispose();
            }

            open.Clear();
        }
    }
}
