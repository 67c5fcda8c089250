using Hortus.Pki;

namespace Hortus.Conformance.Tests.Running;

/// <summary>Authorities, certificates and tokens of a server, as files in a folder.</summary>
public sealed class ServerCredentials
{
    /// <summary>Token of the user <c>tina</c>, who may nothing.</summary>
    public const string TinasToken = "tinas-token";

    /// <summary>Name that servers behind the API server believe.</summary>
    public const string FrontProxyName = "kube-aggregator";

    public ServerCredentials(string folder)
    {
        Folder = folder;
        Directory.CreateDirectory(folder);
        ServingAuthority = CertificateAuthority.Create("serving", CertificateAuthority.ValidityDefault, TimeProvider.System);
        ClientAuthority = CertificateAuthority.Create("clients", CertificateAuthority.ValidityDefault, TimeProvider.System);
        var serving = ServingAuthority.Issue(CertificateSpec.Server("kube-apiserver", "127.0.0.1", "localhost"));
        ServingCertificateFile = Write("serving.crt", serving.CertificatePem);
        ServingKeyFile = Write("serving.key", serving.PrivateKeyPem);
        ServingAuthorityFile = Write("serving-ca.crt", ServingAuthority.CertificatePem);
        ClientAuthorityFile = Write("client-ca.crt", ClientAuthority.CertificatePem);
        ClientAuthorityKeyFile = Write("client-ca.key", ClientAuthority.PrivateKeyPem);
        TokenFile = Write("tokens.csv", $"{TinasToken},tina,42,\"gardeners\"\n");
        ServiceAccountKeyFile = Write("service-account.key", SigningKeyPair.Create().PrivateKeyPem);
        var proxies = CertificateAuthority.Create("proxies", CertificateAuthority.ValidityDefault, TimeProvider.System);
        var proxy = proxies.Issue(CertificateSpec.Client(FrontProxyName));
        FrontProxyAuthorityFile = Write("front-proxy-ca.crt", proxies.CertificatePem);
        FrontProxyCertificateFile = Write("front-proxy.crt", proxy.CertificatePem);
        FrontProxyKeyFile = Write("front-proxy.key", proxy.PrivateKeyPem);
        var gardener = ServingAuthority.Issue(CertificateSpec.Server("gardener-apiserver", "gardener-apiserver.kube-system.svc"));
        GardenerCertificateFile = Write("gardener.crt", gardener.CertificatePem);
        GardenerKeyFile = Write("gardener.key", gardener.PrivateKeyPem);
        Admin = ClientAuthority.Issue(CertificateSpec.Client("admin", "system:masters"));
    }

    public string Folder { get; }

    public CertificateAuthority ServingAuthority { get; }

    public CertificateAuthority ClientAuthority { get; }

    /// <summary>The administrator's certificate.</summary>
    public CertificateKeyPair Admin { get; }

    public string ServingAuthorityFile { get; }

    public string ServingCertificateFile { get; }

    public string ServingKeyFile { get; }

    public string ClientAuthorityFile { get; }

    /// <summary>Key that signs client certificates.</summary>
    public string ClientAuthorityKeyFile { get; }

    public string TokenFile { get; }

    public string ServiceAccountKeyFile { get; }

    public string FrontProxyAuthorityFile { get; }

    public string FrontProxyCertificateFile { get; }

    public string FrontProxyKeyFile { get; }

    /// <summary>Serving certificate of the server of Gardener's groups.</summary>
    public string GardenerCertificateFile { get; }

    public string GardenerKeyFile { get; }

    /// <summary>Writes a kubeconfig for a client certificate.</summary>
    /// <returns>Its path.</returns>
    public string Kubeconfig(string name, Uri server, CertificateKeyPair client) => Kubeconfig(
        name,
        server,
        $"client-certificate: {Write(name + ".crt", client.CertificatePem)}, client-key: {Write(name + ".key", client.PrivateKeyPem)}");

    /// <summary>Writes a kubeconfig with the fields of its user.</summary>
    /// <returns>Its path.</returns>
    public string Kubeconfig(string name, Uri server, string userFields) => Write(name + ".kubeconfig", $$"""
        apiVersion: v1
        kind: Config
        clusters: [{name: c, cluster: {server: "{{server}}", certificate-authority: {{ServingAuthorityFile}} } }]
        users: [{name: u, user: { {{userFields}} } }]
        contexts: [{name: c, context: {cluster: c, user: u} }]
        current-context: c
        """);

    /// <summary>Writes a certificate and its key.</summary>
    /// <returns>The paths of both.</returns>
    public (string Certificate, string Key) WritePair(string name, CertificateKeyPair pair) =>
        (Write(name + ".crt", pair.CertificatePem), Write(name + ".key", pair.PrivateKeyPem));

    /// <summary>Writes a file of the folder.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string content)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllText(path, content);
        return path;
    }
}
