using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hortus.Local.FrontDoor;
using Hortus.Local.Node;
using Hortus.Pki;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hortus.Local.Tests;

[Trait("Category", "Integration")]
public sealed class SniForwarderTests : IAsyncLifetime
{
    private const string First = "api.first.local.gardener.cloud";
    private const string Second = "api.second.local.gardener.cloud";
    private const string Dead = "api.dead.local.gardener.cloud";

    private readonly CertificateAuthority authority =
        CertificateAuthority.Create("front-door-tests", TimeSpan.FromDays(1), TimeProvider.System);
    private readonly FakeTimeProvider time = new();
    private readonly CancellationTokenSource stop = new(TimeSpan.FromMinutes(1));
    private readonly Socket listener = LocalNode.Listen(0);
    private readonly Dictionary<string, IPEndPoint> routes = [];
    private readonly List<TlsEchoServer> servers = [];
    private Task door = Task.CompletedTask;

    public Task InitializeAsync()
    {
        foreach (var name in new[] { First, Second })
        {
            servers.Add(new TlsEchoServer(authority, name));
            routes[name] = servers[^1].Address;
        }

        using var closed = LocalNode.Listen(0);
        routes[Dead] = (IPEndPoint)closed.LocalEndPoint!;
        door = new SniForwarder(listener, routes.GetValueOrDefault, DialAsync, time, NullLogger.Instance).RunAsync(stop.Token);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await stop.CancelAsync();
        await door;
        listener.Dispose();
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        stop.Dispose();
    }

    [Theory]
    [InlineData(First)]
    [InlineData(Second)]
    public async Task The_server_name_decides_which_server_answers_with_its_own_certificate(string name)
    {
        using var client = await ConnectAsync();
        await using var tls = await HandshakeAsync(client, name);

        var reply = await EchoAsync(tls, [1, 2, 3]);

        reply.ShouldBe([1, 2, 3]);
        tls.RemoteCertificate!.Subject.ShouldBe("CN=" + name);
    }

    [Fact]
    public async Task Megabytes_pass_unchanged_in_both_directions_at_once()
    {
        var sent = RandomNumberGenerator.GetBytes(4 << 20);
        using var client = await ConnectAsync();
        await using var tls = await HandshakeAsync(client, First);

        var received = EchoedAsync(tls, sent.Length);
        await tls.WriteAsync(sent, stop.Token);

        (await received).AsSpan().SequenceEqual(sent).ShouldBeTrue();
    }

    [Fact]
    public async Task The_answer_still_arrives_after_the_client_has_finished_sending()
    {
        using var client = await ConnectAsync();
        await using var tls = await HandshakeAsync(client, First);
        await tls.WriteAsync(new byte[] { 7 }, stop.Token);
        await tls.ShutdownAsync();
        client.Client.Shutdown(SocketShutdown.Send);

        (await EchoedAsync(tls, 1)).ShouldBe([7]);
        (await tls.ReadAsync(new byte[1], stop.Token)).ShouldBe(0);
    }

    [Fact]
    public async Task A_hello_that_arrives_byte_by_byte_is_understood()
    {
        using var client = await ConnectAsync();
        client.NoDelay = true;
        await using var tls = new SslStream(new TrickleStream(client.GetStream()));

        await tls.AuthenticateAsClientAsync(Trusting(First), stop.Token);

        (await EchoAsync(tls, [9])).ShouldBe([9]);
    }

    [Fact]
    public async Task An_unknown_name_ends_the_connection_and_nothing_else()
    {
        using var healthy = await ConnectAsync();
        await using var tls = await HandshakeAsync(healthy, First);
        using var lost = await ConnectAsync();

        await Should.ThrowAsync<IOException>(() => HandshakeAsync(lost, "api.unknown.local.gardener.cloud"));

        (await EchoAsync(tls, [1])).ShouldBe([1]);
    }

    [Fact]
    public async Task A_server_that_refuses_ends_the_connection_and_nothing_else()
    {
        using var lost = await ConnectAsync();
        await Should.ThrowAsync<IOException>(() => HandshakeAsync(lost, Dead));

        using var client = await ConnectAsync();
        await using var tls = await HandshakeAsync(client, First);
        (await EchoAsync(tls, [1])).ShouldBe([1]);
    }

    [Fact]
    public async Task Plain_text_is_answered_by_the_end_of_the_connection()
    {
        using var client = await ConnectAsync();
        await client.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), stop.Token);

        (await ReadToEndAsync(client)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_let_go_after_ten_seconds()
    {
        using var silent = await ConnectAsync();

        // The deadline starts once the connection was accepted; connections are accepted in order.
        using var later = await ConnectAsync();
        await using var tls = await HandshakeAsync(later, First);
        time.Advance(TimeSpan.FromSeconds(11));

        (await ReadToEndAsync(silent)).ShouldBeEmpty();
        (await EchoAsync(tls, [1])).ShouldBe([1], "an established connection has no such deadline");
    }

    [Fact]
    public async Task Stopping_ends_open_connections()
    {
        using var client = await ConnectAsync();
        await using var tls = await HandshakeAsync(client, First);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        await stop.CancelAsync();
        await door.WaitAsync(deadline.Token);

        await Should.ThrowAsync<IOException>(async () =>
        {
            if (await tls.ReadAsync(new byte[1], deadline.Token) == 0)
            {
                throw new IOException("ended");
            }
        });
    }

    private static async Task<Socket> DialAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(endpoint, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndPoint!, stop.Token);
        return client;
    }

    private async Task<SslStream> HandshakeAsync(TcpClient client, string name)
    {
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(Trusting(name), stop.Token);
        return tls;
    }

    private SslClientAuthenticationOptions Trusting(string name)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(Pem.ReadCertificate(authority.CertificatePem));
        return new SslClientAuthenticationOptions { TargetHost = name, CertificateChainPolicy = policy };
    }

    private async Task<byte[]> EchoAsync(SslStream tls, byte[] bytes)
    {
        await tls.WriteAsync(bytes, stop.Token);
        return await EchoedAsync(tls, bytes.Length);
    }

    private async Task<byte[]> EchoedAsync(SslStream tls, int length)
    {
        var received = new byte[length];
        await tls.ReadExactlyAsync(received, stop.Token);
        return received;
    }

    private async Task<byte[]> ReadToEndAsync(TcpClient client)
    {
        using var all = new MemoryStream();
        try
        {
            await client.GetStream().CopyToAsync(all, stop.Token);
        }
        catch (IOException)
        {
            // A reset is an end as well: there were bytes that nobody read.
        }

        return all.ToArray();
    }

    /// <summary>Writes one byte at a time.</summary>
    private sealed class TrickleStream(NetworkStream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            inner.ReadAsync(buffer, cancellationToken);

        public override void Write(byte[] buffer, int offset, int count)
        {
            for (var i = offset; i < offset + count; i++)
            {
                inner.Write(buffer, i, 1);
            }
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            for (var i = 0; i < buffer.Length; i++)
            {
                await inner.WriteAsync(buffer.Slice(i, 1), cancellationToken);
            }
        }

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);
    }
}
