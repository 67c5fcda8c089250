using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Hortus.ApiServer.Services;
using Hortus.Pki;

namespace Hortus.ApiServer.Aggregation;

/// <summary>
/// Connections to the servers behind APIServices, shared by all APIs of a Service. They show the certificate of
/// <c>--proxy-client-cert-file</c>, which is what makes those servers believe who the user is.
/// </summary>
internal sealed class BackendConnections : IAsyncDisposable
{
    private const int IdleCountMax = 32;
    private const int KeepAliveSeconds = 15;
    private static readonly TimeSpan ConnectTimeMax = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan IdleTimeMax = TimeSpan.FromMinutes(1);

    private readonly ServiceResolver resolver;
    private readonly TimeProvider time;
    private readonly FileKeyPair? identity;
    private readonly ConcurrentDictionary<(ServiceTarget Service, ServerTrust Trust), ConcurrentStack<BackendConnection>> idle = new();
    private readonly ConcurrentDictionary<BackendConnection, bool> open = new();
    private bool isClosed;
    private int turn;

    /// <exception cref="IOException">The certificate cannot be read; the message names the file.</exception>
    public BackendConnections(ApiServerOptions options, ServiceResolver resolver, TimeProvider time)
    {
        this.resolver = resolver;
        this.time = time;
        identity = FileKeyPair.Open(options.ProxyClientCertFile, options.ProxyClientKeyFile);
    }

    /// <summary>Sends a request. The answer's body is read by the caller as it comes.</summary>
    /// <exception cref="IOException">The server cannot be reached or is not trusted, or what it says is no HTTP.</exception>
    public async Task<BackendResponse> SendAsync(RemoteApi api, BackendRequest request, CancellationToken cancellationToken)
    {
        var kept = idle.GetOrAdd((api.Service, api.Trust), static _ => new ConcurrentStack<BackendConnection>());
        while (Take(kept) is { } used)
        {
            try
            {
                return await ExchangeAsync(used, request, kept, cancellationToken);
            }
            catch (IOException) when (request.Method is "GET" or "HEAD")
            {
                // Closed by the other side in the moment of its use; only reading may be done twice.
            }
        }

        return await ExchangeAsync(await ConnectAsync(api, cancellationToken), request, kept, cancellationToken);
    }

    /// <summary>Closes everything, exchanges under way too.</summary>
    public async ValueTask DisposeAsync()
    {
        isClosed = true;
        foreach (var connection in open.Keys)
        {
            await CloseAsync(connection);
        }
    }

    private async Task<BackendResponse> ExchangeAsync(
        BackendConnection connection,
        BackendRequest request,
        ConcurrentStack<BackendConnection> kept,
        CancellationToken cancellationToken)
    {
        try
        {
            return await connection.SendAsync(request, c => Keep(c, kept), cancellationToken);
        }
        catch
        {
            await CloseAsync(connection);
            throw;
        }
    }

    private BackendConnection? Take(ConcurrentStack<BackendConnection> kept)
    {
        while (kept.TryPop(out var connection))
        {
            if (connection.IsIdle && time.GetUtcNow() - connection.UsedAt < IdleTimeMax
                && ReferenceEquals(connection.Identity, identity?.Current))
            {
                return connection;
            }

            _ = CloseAsync(connection);
        }

        return null;
    }

    private void Keep(BackendConnection connection, ConcurrentStack<BackendConnection> kept)
    {
        if (isClosed || kept.Count >= IdleCountMax)
        {
            _ = CloseAsync(connection);
            return;
        }

        connection.UsedAt = time.GetUtcNow();
        kept.Push(connection);
    }

    private static async Task CloseAsync(BackendConnection connection)
    {
        try
        {
            await connection.DisposeAsync();
        }
        catch (IOException)
        {
            // Closing tells the other side, which may be gone.
        }
    }

    private async Task<BackendConnection> ConnectAsync(RemoteApi api, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(ConnectTimeMax, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Socket? socket = null;
        try
        {
            socket = await DialAsync(api.Service, end.Token);
            var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
            var shown = identity?.Current;
            await stream.AuthenticateAsClientAsync(TlsOptions(api, shown), end.Token);
            var connection = new BackendConnection(socket, stream, time.GetUtcNow())
            {
                Identity = shown,
                OnClosed = c => open.TryRemove(c, out _),
            };
            open[connection] = true;
            return connection;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            socket?.Dispose();
            throw new IOException($"no connection to {api.Service} within {ConnectTimeMax.TotalSeconds} s");
        }
        catch (AuthenticationException e)
        {
            socket?.Dispose();
            throw new IOException($"the certificate of {api.Service} is not trusted for {api.Service.Host}: {e.Message}", e);
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
    }

    private async Task<Socket> DialAsync(ServiceTarget service, CancellationToken cancellationToken)
    {
        var found = await resolver.ResolveAsync(service, cancellationToken);
        if (found.Fault is { } fault)
        {
            throw new IOException(fault.Message);
        }

        var first = (int)((uint)Interlocked.Increment(ref turn) % (uint)found.Addresses.Count);
        SocketException? last = null;
        for (var i = 0; i < found.Addresses.Count; i++)
        {
            var address = found.Addresses[(first + i) % found.Addresses.Count];
            var socket = NewSocket();
            try
            {
                await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
                return socket;
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new IOException(last!.Message, last);
    }

    // A dead peer is noticed within a minute, though a watch may be silent for longer.
    private static Socket NewSocket()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        return socket;
    }

    private static SslClientAuthenticationOptions TlsOptions(RemoteApi api, X509Certificate2? shown) => new()
    {
        TargetHost = api.Service.Host,
        RemoteCertificateValidationCallback = Validation(api.Trust),
        LocalCertificateSelectionCallback = shown is null ? null : (_, _, _, _, _) => shown,
    };

    private static RemoteCertificateValidationCallback Validation(ServerTrust trust)
    {
        if (trust.Insecure)
        {
            return static (_, _, _, _) => true;
        }

        return trust.CaBundle is { } bundle
            ? (_, certificate, received, errors) => IsTrusted(certificate, received, errors, Pem.ReadBundle(bundle))
            : static (_, _, _, errors) => errors == SslPolicyErrors.None;
    }

    private static bool IsTrusted(
        X509Certificate? certificate, X509Chain? received, SslPolicyErrors errors, X509Certificate2Collection roots)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        if (received is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(received.ChainPolicy.ExtraStore);
        }

        using var copy = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        return chain.Build(copy);
    }
}
