using Hortus.Client;
using Hortus.Pki;

namespace Hortus.Local.Bootstrap;

/// <summary>
/// Keys and certificates of one cluster of a local garden, kept in the state directory: made at the first start, taken over later,
/// renewed when four fifths of their validity are over.
/// </summary>
public sealed class ClusterPki(ClusterDirectory folder, TimeProvider time)
{
    /// <summary>File names below the folder that static pods mount.</summary>
    public const string CaCertificate = "ca.crt";
    public const string CaKey = "ca.key";
    public const string ServerCertificate = "apiserver.crt";
    public const string ServerKey = "apiserver.key";
    public const string KubeletClientCertificate = "apiserver-kubelet-client.crt";
    public const string KubeletClientKey = "apiserver-kubelet-client.key";
    public const string ServiceAccountKey = "sa.key";
    public const string ServiceAccountPublicKey = "sa.pub";
    public const string ControllerManagerKubeconfig = "controller-manager.kubeconfig";

    private readonly LocalCluster cluster = folder.Cluster;

    private string NodeServer => $"https://{cluster.NodeAddress}:{LocalCluster.ApiServerPort}";

    /// <summary>Makes what is missing and renews what is old.</summary>
    /// <param name="port">Loopback port under which users reach the API server.</param>
    public void Ensure(int port)
    {
        var authority = EnsureAuthority();
        EnsurePair(authority, ServerCertificate, ServerKey, CertificateSpec.Server(
            "kube-apiserver",
            "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost",
            cluster.ServerName, cluster.NodeAddress, cluster.KubernetesService, "127.0.0.1"));
        EnsurePair(authority, KubeletClientCertificate, KubeletClientKey,
            CertificateSpec.Client("kube-apiserver-kubelet-client", "system:masters"));
        EnsureServiceAccountKeys();
        EnsureKubeconfig(authority, Path.Combine(folder.Pki, ControllerManagerKubeconfig), NodeServer, null,
            CertificateSpec.Client("system:kube-controller-manager", "system:masters"));
        EnsureKubeconfig(authority, folder.KubeletKubeconfig, NodeServer, null,
            CertificateSpec.Client("system:node:" + cluster.NodeName, "system:nodes"));
        var administrator = CertificateSpec.Client("kubernetes-admin", "system:masters");
        EnsureKubeconfig(authority, folder.NodeAdminKubeconfig, NodeServer, null, administrator);
        EnsureKubeconfig(authority, folder.Kubeconfig, $"https://127.0.0.1:{port}", cluster.ServerName, administrator);
    }

    /// <summary>A pair of the cluster's authority in another folder than the cluster's own, for a server that must not see its
    /// keys.</summary>
    /// <param name="certificate">Full path.</param>
    /// <param name="key">Full path.</param>
    /// <param name="spec">Whose it is.</param>
    public void EnsureServer(string certificate, string key, CertificateSpec spec) => EnsurePair(EnsureAuthority(), certificate, key, spec);

    private CertificateAuthority EnsureAuthority()
    {
        var certificate = FileOf(CaCertificate);
        var key = FileOf(CaKey);
        if (File.Exists(certificate) && File.Exists(key))
        {
            return CertificateAuthority.Load(File.ReadAllText(certificate), File.ReadAllText(key), time);
        }

        var name = cluster.IsRuntime ? "runtime-garden" : "seed-" + cluster.SeedName;
        var authority = CertificateAuthority.Create(name, CertificateAuthority.ValidityDefault, time);
        StateDirectory.WriteSecret(key, authority.PrivateKeyPem);
        StateDirectory.WriteSecret(certificate, authority.CertificatePem);
        return authority;
    }

    private void EnsurePair(CertificateAuthority authority, string certificateName, string keyName, CertificateSpec spec)
    {
        var (certificate, key) = (FileOf(certificateName), FileOf(keyName));
        if (File.Exists(key) && IsFresh(certificate))
        {
            return;
        }

        var pair = authority.Issue(spec);
        StateDirectory.WriteSecret(key, pair.PrivateKeyPem);
        StateDirectory.WriteSecret(certificate, pair.CertificatePem);
    }

    private bool IsFresh(string certificate) =>
        File.Exists(certificate) && !CertificateExpiry.Of(File.ReadAllText(certificate)).NeedsRenewal(time);

    private void EnsureServiceAccountKeys()
    {
        if (File.Exists(FileOf(ServiceAccountKey)) && File.Exists(FileOf(ServiceAccountPublicKey)))
        {
            return;
        }

        var pair = SigningKeyPair.Create();
        StateDirectory.WriteSecret(FileOf(ServiceAccountKey), pair.PrivateKeyPem);
        StateDirectory.WriteSecret(FileOf(ServiceAccountPublicKey), pair.PublicKeyPem);
    }

    private void EnsureKubeconfig(CertificateAuthority authority, string path, string server, string? serverName, CertificateSpec user)
    {
        if (File.Exists(path) && KubeConfig.Load(path) is { Clusters: [{ } known], Users: [{ ClientCertificatePem: { } current }] }
            && known.Server == server && !CertificateExpiry.Of(current).NeedsRenewal(time))
        {
            return;
        }

        var pair = authority.Issue(user);
        StateDirectory.WriteSecret(path, Kubeconfigs.ForClient(
            cluster.Name, server, serverName, authority.CertificatePem, pair).ToYaml());
    }

    // A full path stays as it is.
    private string FileOf(string name) => Path.Combine(folder.Pki, name);
}
