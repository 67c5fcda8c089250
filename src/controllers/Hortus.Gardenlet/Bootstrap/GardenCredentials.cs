using System.Security.Cryptography;
using Hortus.Client;
using Hortus.Pki;

namespace Hortus.Gardenlet;

/// <summary>A kubeconfig for the garden, read. Holds secrets.</summary>
internal sealed class GardenCredentials
{
    private const string ContextName = "garden";

    private GardenCredentials(string yaml, ClientConnection connection, CertificateExpiry? validity)
    {
        Yaml = yaml;
        Connection = connection;
        Validity = validity;
    }

    /// <summary>The kubeconfig as it is stored.</summary>
    public string Yaml { get; }

    public ClientConnection Connection { get; }

    /// <summary>Life of the client certificate; null when another sort of credentials is used.</summary>
    public CertificateExpiry? Validity { get; }

    /// <summary>Reads a kubeconfig.</summary>
    /// <exception cref="KubeConfigException">It is unusable.</exception>
    public static GardenCredentials Parse(string yaml)
    {
        var connection = KubeConfig.Parse(yaml, null).Connect();
        try
        {
            return new GardenCredentials(
                yaml, connection, connection.ClientCertificatePem is { } pem ? CertificateExpiry.Of(pem) : null);
        }
        catch (CryptographicException e)
        {
            throw new KubeConfigException($"the client certificate cannot be read: {e.Message}", e);
        }
    }

    /// <summary>A kubeconfig for a server as another connection knows it, with a client certificate.</summary>
    /// <param name="server">Where the server is and how to trust it.</param>
    /// <param name="pair">Certificate and key.</param>
    public static GardenCredentials Of(ClientConnection server, CertificateKeyPair pair) => Parse(new KubeConfig
    {
        Clusters =
        [
            new KubeConfigCluster
            {
                Name = ContextName,
                Server = server.Server.AbsoluteUri.TrimEnd('/'),
                CertificateAuthorityPem = server.CertificateAuthorityPem,
                TlsServerName = server.TlsServerName,
                InsecureSkipTlsVerify = server.InsecureSkipTlsVerify,
            },
        ],
        Users = [new KubeConfigUser { Name = ContextName, ClientCertificatePem = pair.CertificatePem, ClientKeyPem = pair.PrivateKeyPem }],
        Contexts = [new KubeConfigContext { Name = ContextName, Cluster = ContextName, User = ContextName }],
        CurrentContext = ContextName,
    }.ToYaml());

    /// <summary>The same identity, with another trust.</summary>
    public GardenCredentials WithAuthority(string pem) => Of(
        Connection with { CertificateAuthorityPem = pem },
        new CertificateKeyPair(Connection.ClientCertificatePem!, Connection.ClientKeyPem!));

    public override string ToString() => $"{nameof(GardenCredentials)} {Connection.Server}";
}
