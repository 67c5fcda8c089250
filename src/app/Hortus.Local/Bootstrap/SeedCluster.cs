using Hortus.Client;
using Hortus.Components;
using Hortus.Local.Registry;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Bootstrap;

/// <summary>Makes the cluster of a further seed what a gardenlet finds elsewhere: an API server that answers, a pod network and a way
/// to the registry.</summary>
internal static class SeedCluster
{
    /// <summary>Completes when a gardenlet can be deployed there.</summary>
    public static async Task PrepareAsync(
        ClusterDirectory cluster, string fieldManager, TimeProvider time, CancellationToken cancellationToken)
    {
        using var client = new KubernetesClient(
            KubeConfig.Load(cluster.Kubeconfig).Connect(), new ClientOptions { UserAgent = fieldManager });
        await Attempts.UntilItWorksAsync(
            () => client.GetAsync<Namespace>(ObjectKey.Cluster("kube-system"), cancellationToken), time, cancellationToken);
        var deployer = new DirectDeployer(client, fieldManager);
        await deployer.DeployAsync(new NodeNetworkKinds(), cancellationToken);
        await deployer.DeployAsync(new RegistryObjects(), cancellationToken);
    }
}
