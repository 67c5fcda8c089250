using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hortus.Pki;

namespace Hortus.Local.Tests;

/// <summary>A real TLS server on loopback that sends everything back, and ends when its client has ended.</summary>
internal sealed class TlsEchoServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly X509Certificate2 certificate;
    private readonly Task loop;

    public TlsEchoServer(CertificateAuthority authority, string name)
    {
        var pair = authority.Issue(CertificateSpec.Server(name, name));
        certificate = Pem.ReadKeyPair(pair.CertificatePem, pair.PrivateKeyPem);
        listener.Start();
        loop = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        certificate.Dispose();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
            {
                open.Add(EchoAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        finally
        {
            await Task.WhenAll(open);
        }
    }

    private async Task EchoAsync(TcpClient client)
    {
        using (client)
        {
            await using var tls = new SslStream(client.GetStream());
            try
            {
                var options = new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                };
                await tls.AuthenticateAsServerAsync(options, stop.Token);
                await tls.CopyToAsync(tls, stop.Token);
                await tls.ShutdownAsync();
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException or AuthenticationException)
            {
                // The client went away, which some tests do on purpose.
            }
        }
    }
}
