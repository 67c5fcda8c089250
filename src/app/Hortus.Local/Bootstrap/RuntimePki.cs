using Hortus.Client;
using Hortus.Local.Registry;
using Hortus.Pki;

namespace Hortus.Local.Bootstrap;

/// <summary>
/// Keys and certificates of the runtime cluster, kept in the state directory: made at the first start, taken over later,
/// renewed when four fifths of their validity are over.
/// </summary>
public sealed class RuntimePki(StateDirectory state, TimeProvider time)
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

    /// <summary>Kubeconfig of the runtime cluster's kubelet.</summary>
    public string KubeletKubeconfig => Path.Combine(state.Pki, "kubelet.kubeconfig");

    /// <summary>Kubeconfig of the administrator for processes inside the garden's network.</summary>
    public string NodeAdminKubeconfig => Path.Combine(state.Pki, "node-admin.kubeconfig");

    private static string NodeServer => $"https://{LocalNetwork.NodeAddress}:{LocalNetwork.RuntimeApiServerPort}";

    /// <summary>Makes what is missing and renews what is old.</summary>
    /// <param name="port">Loopback port under which users reach the API server.</param>
    public void Ensure(int port)
    {
        var authority = EnsureAuthority();
        EnsurePair(authority, ServerCertificate, ServerKey, CertificateSpec.Server(
            "kube-apiserver",
            "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local", "localhost",
            LocalNetwork.RuntimeServerName, LocalNetwork.NodeAddress, LocalNetwork.RuntimeKubernetesService, "127.0.0.1"));
        EnsureRegistryPair(authority);
        EnsurePair(authority, KubeletClientCertificate, KubeletClientKey,
            CertificateSpec.Client("kube-apiserver-kubelet-client", "system:masters"));
        EnsureServiceAccountKeys();
        EnsureKubeconfig(authority, Path.Combine(state.Pki, ControllerManagerKubeconfig), NodeServer, null,
            CertificateSpec.Client("system:kube-controller-manager", "system:masters"));
        EnsureKubeconfig(authority, KubeletKubeconfig, NodeServer, null,
            CertificateSpec.Client("system:node:" + LocalNetwork.NodeName, "system:nodes"));
        var administrator = CertificateSpec.Client("kubernetes-admin", "system:masters");
        EnsureKubeconfig(authority, NodeAdminKubeconfig, NodeServer, null, administrator);
        EnsureKubeconfig(authority, state.RuntimeKubeconfig, $"https://127.0.0.1:{port}", LocalNetwork.RuntimeServerName, administrator);
    }

    private CertificateAuthority EnsureAuthority()
    {
        var certificate = FileOf(CaCertificate);
        var key = FileOf(CaKey);
        if (File.Exists(certificate) && File.Exists(key))
        {
            return CertificateAuthority.Load(File.ReadAllText(certificate), File.ReadAllText(key), time);
        }

        var authority = CertificateAuthority.Create("runtime-garden", CertificateAuthority.ValidityDefault, time);
        StateDirectory.WriteSecret(key, authority.PrivateKeyPem);
        StateDirectory.WriteSecret(certificate, authority.CertificatePem);
        return authority;
    }

    // In a folder of its own: its pod must not see the keys of the cluster.
    private void EnsureRegistryPair(CertificateAuthority authority)
    {
        Directory.CreateDirectory(state.RegistryConfiguration);
        EnsurePair(
            authority,
            Path.Combine(state.RegistryConfiguration, RegistryFiles.Certificate),
            Path.Combine(state.RegistryConfiguration, RegistryFiles.Key),
            CertificateSpec.Server(
                LocalRegistry.Host, LocalRegistry.Host, LocalRegistry.Host + ".cluster.local", LocalRegistry.UserServerName,
                LocalNetwork.NodeAddress, "127.0.0.1"));
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
        if (File.Exists(path) && KubeConfig.Load(path) is { Clusters: [{ } cluster], Users: [{ ClientCertificatePem: { } current }] }
            && cluster.Server == server && !CertificateExpiry.Of(current).NeedsRenewal(time))
        {
            return;
        }

        var pair = authority.Issue(user);
        StateDirectory.WriteSecret(path, Kubeconfigs.ForClient(
            "runtime", server, serverName, authority.CertificatePem, pair).ToYaml());
    }

    // A full path stays as it is.
    private string FileOf(string name) => Path.Combine(state.Pki, name);
}
