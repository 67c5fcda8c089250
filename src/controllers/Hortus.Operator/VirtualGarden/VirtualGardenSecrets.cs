using System.Text;
using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Charts;
using Hortus.Objects.Gardener;
using Hortus.Pki;

namespace Hortus.Operator;

/// <summary>Authorities, certificates and kubeconfigs of the virtual garden.</summary>
public sealed class VirtualGardenSecrets(SecretsManager secrets, TimeProvider time)
{
    /// <summary>Says in a label which Secrets of the namespace are the operator's.</summary>
    public const string Identity = "gardener-operator";

    /// <summary>The authorities and the signing key: made first, everything else hangs on them.</summary>
    public async Task<VirtualGardenAuthorities> EnsureAuthoritiesAsync(CancellationToken cancellationToken) => new(
        await secrets.EnsureAuthorityAsync("ca", cancellationToken),
        await secrets.EnsureAuthorityAsync("ca-client", cancellationToken),
        await secrets.EnsureAuthorityAsync("ca-front-proxy", cancellationToken),
        await secrets.EnsureAuthorityAsync("ca-gardener", cancellationToken),
        await secrets.EnsureSigningKeyAsync("service-account-key", cancellationToken));

    /// <summary>The API server's serving certificate.</summary>
    public Task<ManagedSecret> EnsureServerAsync(
        VirtualGardenAuthorities authorities, IReadOnlyList<string> hosts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        return secrets.EnsureCertificateAsync(
            "kube-apiserver", authorities.Server, CertificateSpec.Server("kube-apiserver", hosts), cancellationToken);
    }

    /// <summary>What the API server shows to the servers behind it.</summary>
    public Task<ManagedSecret> EnsureFrontProxyAsync(
        VirtualGardenAuthorities authorities, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        return secrets.EnsureCertificateAsync(
            KubeApiServer.FrontProxyName,
            authorities.FrontProxy,
            CertificateSpec.Client(KubeApiServer.FrontProxyName),
            cancellationToken);
    }

    /// <summary>How the API server asks the server of Gardener's groups what gardenlets may do, as Secret with key
    /// <c>kubeconfig</c>.</summary>
    public Task<ManagedSecret> EnsureSeedReviewAsync(VirtualGardenAuthorities authorities, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        const string server = $"https://{VirtualGardenNames.GardenerApiServer}.{VirtualGardenNames.Namespace}.svc";
        const string address = server + GardenerNames.SeedReviewPath;
        var user = CertificateSpec.Client("system:kube-apiserver", "system:masters");
        var request = string.Join(
            '\n', [authorities.Client.SecretName, authorities.Gardener.SecretName, address, user.CommonName, .. user.Organizations]);
        return secrets.EnsureAsync("kube-apiserver-authorization-webhook", request, () =>
        {
            var authority = CertificateAuthority.Load(authorities.Client.Text("ca.crt"), authorities.Client.Text("ca.key"), time);
            var pair = authority.Issue(user);
            var config = KubeConfig.ForClientCertificate(
                "seed-review", address, authorities.Gardener.Text("ca.crt"), pair.CertificatePem, pair.PrivateKeyPem);
            return new Dictionary<string, byte[]> { ["kubeconfig"] = Encoding.UTF8.GetBytes(config.ToYaml()) };
        }, cancellationToken);
    }

    /// <summary>The serving certificate of the server of Gardener's groups.</summary>
    public Task<ManagedSecret> EnsureGardenerApiServerAsync(
        VirtualGardenAuthorities authorities, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        string[] hosts =
        [
            GardenerApiRegistration.ServerHost,
            VirtualGardenNames.GardenerApiServer,
            $"{VirtualGardenNames.GardenerApiServer}.{VirtualGardenNames.Namespace}",
            $"{VirtualGardenNames.GardenerApiServer}.{VirtualGardenNames.Namespace}.svc",
            $"{VirtualGardenNames.GardenerApiServer}.{VirtualGardenNames.Namespace}.svc.cluster.local",
        ];
        return secrets.EnsureCertificateAsync(
            VirtualGardenNames.GardenerApiServer,
            authorities.Gardener,
            CertificateSpec.Server(VirtualGardenNames.GardenerApiServer, hosts),
            cancellationToken);
    }

    /// <summary>The certificates of the etcd and of its clients, of an authority that signs nothing else.</summary>
    public async Task<EtcdSecrets> EnsureEtcdAsync(CancellationToken cancellationToken)
    {
        var authority = await secrets.EnsureAuthorityAsync("ca-etcd", cancellationToken);
        var server = CertificateSpec.Server(
            VirtualGardenNames.Etcd, Etcd.HostsOf(VirtualGardenNames.Namespace, VirtualGardenNames.Etcd));

        // Its gateway for JSON is a client of the etcd itself and shows the same certificate.
        var both = server with { Usages = CertificateUsages.Server | CertificateUsages.Client };
        return new EtcdSecrets(
            await secrets.EnsureCertificateAsync("etcd-server", authority, both, cancellationToken),
            await secrets.EnsureCertificateAsync("etcd-client", authority, CertificateSpec.Client("etcd-client"), cancellationToken));
    }

    /// <summary>A kubeconfig for a component, as Secret with key <c>kubeconfig</c>.</summary>
    public Task<ManagedSecret> EnsureKubeconfigAsync(
        VirtualGardenAuthorities authorities, string name, CertificateSpec user, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        ArgumentNullException.ThrowIfNull(user);
        var request = string.Join(
            '\n', [authorities.Client.SecretName, authorities.Server.SecretName, user.CommonName, .. user.Organizations]);
        return secrets.EnsureAsync(name + "-kubeconfig", request, () =>
        {
            var authority = CertificateAuthority.Load(authorities.Client.Text("ca.crt"), authorities.Client.Text("ca.key"), time);
            var pair = authority.Issue(user);
            var config = KubeConfig.ForClientCertificate(
                "garden", VirtualGardenNames.Server, authorities.Server.Text("ca.crt"), pair.CertificatePem, pair.PrivateKeyPem);
            return new Dictionary<string, byte[]> { ["kubeconfig"] = Encoding.UTF8.GetBytes(config.ToYaml()) };
        }, cancellationToken);
    }

    /// <summary>A kubeconfig for whoever has a token in the file beside it, as Secret with key <c>kubeconfig</c>.</summary>
    public Task<ManagedSecret> EnsureGenericKubeconfigAsync(
        VirtualGardenAuthorities authorities, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(authorities);
        const string token = $"{KubeconfigInjection.VirtualGardenPath}/{KubeconfigInjection.TokenFile}";
        var request = string.Join('\n', [authorities.Server.SecretName, VirtualGardenNames.Server, token]);
        return secrets.EnsureAsync("generic-token-kubeconfig", request, () =>
        {
            var config = KubeConfig.ForTokenFile("garden", VirtualGardenNames.Server, authorities.Server.Text("ca.crt"), token);
            return new Dictionary<string, byte[]>
            {
                [KubeconfigInjection.KubeconfigFile] = Encoding.UTF8.GetBytes(config.ToYaml()),
            };
        }, cancellationToken);
    }
}

/// <summary>What everything else of the virtual garden is signed with.</summary>
/// <param name="Server">Signs serving certificates.</param>
/// <param name="Client">Signs client certificates.</param>
/// <param name="FrontProxy">Signs what the API server shows to the servers behind it.</param>
/// <param name="Gardener">Signs the serving certificate of the server of Gardener's groups.</param>
/// <param name="ServiceAccountKey">Signs service account tokens.</param>
public sealed record VirtualGardenAuthorities(
    ManagedSecret Server, ManagedSecret Client, ManagedSecret FrontProxy, ManagedSecret Gardener, ManagedSecret ServiceAccountKey);

/// <summary>What an etcd and those who use it show each other.</summary>
/// <param name="Server">Certificate of the etcd.</param>
/// <param name="Client">Certificate of its clients.</param>
public sealed record EtcdSecrets(ManagedSecret Server, ManagedSecret Client);
