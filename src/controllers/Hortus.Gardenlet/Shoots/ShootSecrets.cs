using System.Security.Cryptography;
using System.Text;
using Hortus.Client;
using Hortus.Components;
using Hortus.Pki;

namespace Hortus.Gardenlet;

/// <summary>Authorities, certificates, kubeconfigs and tokens of one shoot's control plane.</summary>
internal sealed class ShootSecrets(SecretsManager secrets, string technicalID, TimeProvider clock)
{
    /// <summary>Logical name of the Secret with the gardenlet's own kubeconfig.</summary>
    public const string GardenletKubeconfig = "gardenlet-kubeconfig";

    private const string TokenAlphabet = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>URL of the API server inside the seed.</summary>
    public string Server => $"https://{ShootNames.ApiServer}.{technicalID}.svc";

    /// <summary>The authorities and the signing key: made first, everything else hangs on them.</summary>
    public async Task<ShootAuthorities> EnsureAuthoritiesAsync(CancellationToken cancellationToken)
    {
        var server = secrets.EnsureAuthorityAsync("ca", cancellationToken);
        var client = secrets.EnsureAuthorityAsync("ca-client", cancellationToken);
        var kubelet = secrets.EnsureAuthorityAsync("ca-kubelet", cancellationToken);
        var key = secrets.EnsureSigningKeyAsync("service-account-key", cancellationToken);
        return new ShootAuthorities(await server, await client, await kubelet, await key);
    }

    /// <summary>The API server's serving certificate.</summary>
    public Task<ManagedSecret> EnsureServerAsync(
        ShootAuthorities authorities, IReadOnlyList<string> hosts, CancellationToken cancellationToken) =>
        secrets.EnsureCertificateAsync(
            "kube-apiserver", authorities.Server, CertificateSpec.Server("kube-apiserver", hosts), cancellationToken);

    /// <summary>The certificate with which the API server comes to kubelets. Signed by the authority that a kubelet knows
    /// from its bootstrap kubeconfig, so that a machine needs no other file.</summary>
    public Task<ManagedSecret> EnsureKubeletClientAsync(ShootAuthorities authorities, CancellationToken cancellationToken) =>
        secrets.EnsureCertificateAsync(
            "kube-apiserver-kubelet",
            authorities.Server,
            CertificateSpec.Client("kube-apiserver-kubelet", "system:masters"),
            cancellationToken);

    /// <summary>A kubeconfig for a component of the control plane, as Secret with key <c>kubeconfig</c>.</summary>
    public Task<ManagedSecret> EnsureKubeconfigAsync(
        ShootAuthorities authorities, string name, CertificateSpec user, CancellationToken cancellationToken)
    {
        var request = string.Join(
            '\n', [authorities.Client.SecretName, authorities.Server.SecretName, Server, user.CommonName, .. user.Organizations]);
        return secrets.EnsureAsync(name, request, () =>
        {
            var authority = CertificateAuthority.Load(authorities.Client.Text("ca.crt"), authorities.Client.Text("ca.key"), clock);
            var pair = authority.Issue(user);
            var config = KubeConfig.ForClientCertificate(
                technicalID, Server, authorities.Server.Text("ca.crt"), pair.CertificatePem, pair.PrivateKeyPem);
            return new Dictionary<string, byte[]> { ["kubeconfig"] = Encoding.UTF8.GetBytes(config.ToYaml()) };
        }, cancellationToken);
    }

    /// <summary>The token (<c>id</c> and <c>secret</c>) with which machines join.</summary>
    public Task<ManagedSecret> EnsureBootstrapTokenAsync(CancellationToken cancellationToken) =>
        secrets.EnsureAsync("bootstrap-token", "bootstrap-token", () => new Dictionary<string, byte[]>
        {
            ["id"] = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetString(TokenAlphabet, 6)),
            ["secret"] = Encoding.ASCII.GetBytes(RandomNumberGenerator.GetString(TokenAlphabet, 16)),
        }, cancellationToken);
}

/// <summary>What everything else of a shoot is signed with.</summary>
/// <param name="Server">Signs serving certificates of the control plane.</param>
/// <param name="Client">Signs client certificates.</param>
/// <param name="Kubelet">Signs serving certificates of kubelets.</param>
/// <param name="ServiceAccountKey">Signs service account tokens.</param>
internal sealed record ShootAuthorities(
    ManagedSecret Server, ManagedSecret Client, ManagedSecret Kubelet, ManagedSecret ServiceAccountKey);
