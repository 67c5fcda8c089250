using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.Kubelet.Tests;

/// <summary>Client certificates for tests against the kubelet's server.</summary>
public static class TestAuthority
{
    public static X509Certificate2 Certificate(CertificateAuthority authority, string user, string group)
    {
        var pair = authority.Issue(CertificateSpec.Client(user, group));
        using var ephemeral = X509Certificate2.CreateFromPem(pair.CertificatePem, pair.PrivateKeyPem);
        return X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A handler that trusts any server; without an authority it shows no certificate.</summary>
    public static HttpMessageHandler Handler(CertificateAuthority? authority, string user, string group)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (authority is not null)
        {
            handler.SslOptions.ClientCertificates = [Certificate(authority, user, group)];
        }

        return handler;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
