using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.Client;

/// <summary>Makes the socket handler of a connection: trust, client certificate, connection upkeep.</summary>
internal static class TransportFactory
{
    // A dead peer is noticed by pings long before TCP gives up, which is what keeps watches honest.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(15);

    public static SocketsHttpHandler Create(ClientConnection connection)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(10),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(90),
            AutomaticDecompression = DecompressionMethods.GZip,
            UseCookies = false,
            AllowAutoRedirect = false,
            UseProxy = false,
        };
        if (connection.Server.Scheme == Uri.UriSchemeHttps)
        {
            ConfigureTls(handler.SslOptions, connection);
        }

        return handler;
    }

    private static void ConfigureTls(SslClientAuthenticationOptions tls, ClientConnection connection)
    {
        if (connection.ClientCertificatePem is { } certificate && connection.ClientKeyPem is { } key)
        {
            tls.ClientCertificates = [Pem.ReadKeyPair(certificate, key)];
            tls.LocalCertificateSelectionCallback = (_, _, certificates, _, _) => certificates[0];
        }

        if (connection.InsecureSkipTlsVerify)
        {
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        }
        else if (connection.CertificateAuthorityPem is { } authorities)
        {
            var roots = Pem.ReadBundle(authorities);
            tls.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                IsTrusted(certificate as X509Certificate2, chain, errors, roots);
        }
    }

    // Only the kubeconfig's authorities count, and the host name must match: the platform has checked the name already.
    private static bool IsTrusted(
        X509Certificate2? certificate, X509Chain? received, SslPolicyErrors errors, X509Certificate2Collection roots)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.ApplicationPolicy.Add(new("1.3.6.1.5.5.7.3.1"));
        if (received is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);
        }

        return chain.Build(certificate);
    }
}
