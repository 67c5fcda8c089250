using Hortus.Client;
using Hortus.Pki;

namespace Hortus.Local.Bootstrap;

/// <summary>Makes kubeconfigs for clients of the local garden.</summary>
public static class Kubeconfigs
{
    /// <summary>A kubeconfig with one context.</summary>
    /// <param name="name">Name of cluster, user and context.</param>
    /// <param name="server">URL of the API server.</param>
    /// <param name="serverName">Name in its certificate when the URL has another one; null when it is the same.</param>
    /// <param name="caPem">Roots of the server's certificate.</param>
    /// <param name="client">The user's certificate.</param>
    public static KubeConfig ForClient(string name, string server, string? serverName, string caPem, CertificateKeyPair client)
    {
        ArgumentNullException.ThrowIfNull(client);
        return new KubeConfig
        {
            Clusters =
            [
                new KubeConfigCluster { Name = name, Server = server, TlsServerName = serverName, CertificateAuthorityPem = caPem },
            ],
            Users =
            [
                new KubeConfigUser
                {
                    Name = name,
                    ClientCertificatePem = client.CertificatePem,
                    ClientKeyPem = client.PrivateKeyPem,
                },
            ],
            Contexts = [new KubeConfigContext { Name = name, Cluster = name, User = name }],
            CurrentContext = name,
        };
    }
}
