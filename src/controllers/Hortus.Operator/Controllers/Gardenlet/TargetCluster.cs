using System.Text;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;

namespace Hortus.Operator;

/// <summary>The cluster that gets a gardenlet: that of the Gardenlet's kubeconfig, or the operator's own.</summary>
internal sealed class TargetCluster : IDisposable
{
    private static readonly ObjectKey SystemNamespace = ObjectKey.Cluster("kube-system");

    private readonly KubernetesClient? own;

    private TargetCluster(IKubernetesClient client, string name, KubernetesClient? own)
    {
        Client = client;
        Name = name;
        this.own = own;
    }

    /// <summary>A client with the rights of the kubeconfig.</summary>
    public IKubernetesClient Client { get; }

    /// <summary>For messages.</summary>
    public string Name { get; }

    /// <summary>Opens the cluster; nothing is asked of it yet.</summary>
    /// <exception cref="GardenletDeployException">There is no usable kubeconfig.</exception>
    public static async Task<TargetCluster> OpenAsync(
        Gardenlet gardenlet, IKubernetesClient garden, IKubernetesClient runtime, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (gardenlet.Spec.KubeconfigSecretRef is not { } reference)
        {
            return new TargetCluster(runtime, "the runtime cluster", null);
        }

        var key = new ObjectKey(gardenlet.Metadata.Namespace, reference.Name ?? "");
        var what = $"Secret {key} of the virtual garden, which spec.kubeconfigSecretRef names,";
        var secret = await garden.FindAsync<Secret>(key, cancellationToken)
            ?? throw new GardenletDeployException(
                $"{what} is not there: create it with a kubeconfig of the target cluster under the key {GardenletNames.KubeconfigKey}");
        var text = secret.Data?.GetValueOrDefault(GardenletNames.KubeconfigKey) is { Length: > 0 } bytes
            ? Encoding.UTF8.GetString(bytes)
            : throw new GardenletDeployException(
                $"{what} has no key {GardenletNames.KubeconfigKey}: put a kubeconfig of the target cluster there");
        try
        {
            var client = new KubernetesClient(
                ConnectionOf(KubeConfig.Parse(text, null)), new ClientOptions { UserAgent = OperatorComponent.Name, Clock = clock });
            return new TargetCluster(client, $"the cluster of Secret {key}", client);
        }
        catch (Exception e) when (e is KubeConfigException or System.Security.Cryptography.CryptographicException)
        {
            throw new GardenletDeployException($"{what} has no usable kubeconfig: {e.Message}", e);
        }
    }

    /// <summary>What tells the cluster from all others: the uid of its namespace kube-system.</summary>
    public async Task<string> IdentityAsync(CancellationToken cancellationToken) =>
        (await Client.GetAsync<Namespace>(SystemNamespace, cancellationToken)).Metadata.Uid ?? "";

    public void Dispose() => own?.Dispose();

    // Files would be the operator's own, which are none of the business of whoever wrote the kubeconfig.
    private static ClientConnection ConnectionOf(KubeConfig config) =>
        config.Users.Any(u => u.ClientCertificateFile is not null || u.ClientKeyFile is not null || u.TokenFile is not null)
            || config.Clusters.Any(c => c.CertificateAuthorityFile is not null)
            ? throw new KubeConfigException("it names files: put certificates, keys and tokens into the kubeconfig itself")
            : config.Connect();
}
