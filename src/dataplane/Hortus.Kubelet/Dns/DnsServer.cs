using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Dns;

/// <summary>A name server over UDP and TCP: the cluster's zone from the cache, everything else from the host's own
/// servers.</summary>
internal sealed class DnsServer(
    ClusterNames names, string domain, IReadOnlyList<IPEndPoint> upstream, ILogger logger, TimeProvider time)
{
    private const int TcpBytesMax = 65535;
    private const int ForwardsMax = 256;
    private static readonly TimeSpan ForwardMax = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(10);
    private readonly SemaphoreSlim forwards = new(ForwardsMax, ForwardsMax);

    /// <summary>Serves until the token is cancelled.</summary>
    public async Task RunAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        using var udp = new Socket(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(endpoint);
        var bound = (IPEndPoint)udp.LocalEndPoint!;
        using var tcp = new TcpListener(bound);
        tcp.Start();
        Bound.TrySetResult(bound);
        await Task.WhenAll(ServeUdpAsync(udp, cancellationToken), ServeTcpAsync(tcp, cancellationToken));
    }

    /// <summary>Completes with the address when the server listens.</summary>
    public TaskCompletionSource<IPEndPoint> Bound { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ServeUdpAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var pending = new HashSet<Task>();
        while (true)
        {
            SocketReceiveFromResult received;
            try
            {
                received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
            }
            catch (SocketException)
            {
                // An earlier answer could not be delivered; the next query is not concerned.
                continue;
            }

            var query = buffer[..received.ReceivedBytes];
            pending.RemoveWhere(t => t.IsCompleted);
            pending.Add(ReplyAsync(socket, query, received.RemoteEndPoint, cancellationToken));
        }
    }

    private async Task ReplyAsync(Socket socket, byte[] query, EndPoint peer, CancellationToken cancellationToken)
    {
        try
        {
            if (await AnswerAsync(query, DnsMessage.UdpBytesMax, isTcp: false, cancellationToken) is { } answer)
            {
                await socket.SendToAsync(answer, peer, cancellationToken);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            logger.QueryFailed(peer.ToString() ?? "", e.Message);
        }
    }

    private async Task ServeTcpAsync(TcpListener listener, CancellationToken cancellationToken)
    {
        var pending = new HashSet<Task>();
        while (true)
        {
            var client = await listener.AcceptTcpClientAsync(cancellationToken);
            pending.RemoveWhere(t => t.IsCompleted);
            pending.Add(ServeClientAsync(client, cancellationToken));
        }
    }

    private async Task ServeClientAsync(TcpClient client, CancellationToken cancellationToken)
    {
        using (client)
        using (var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            try
            {
                var stream = client.GetStream();
                var length = new byte[2];
                while (true)
                {
                    idle.CancelAfter(IdleMax);
                    await stream.ReadExactlyAsync(length, idle.Token);
                    var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                    await stream.ReadExactlyAsync(query, idle.Token);
                    if (await AnswerAsync(query, TcpBytesMax, isTcp: true, idle.Token) is not { } answer)
                    {
                        return;
                    }

                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                    await stream.WriteAsync((byte[])[.. length, .. answer], idle.Token);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // The client went away or was silent for too long.
            }
        }
    }

    private async Task<byte[]?> AnswerAsync(
        byte[] query, int lengthMax, bool isTcp, CancellationToken cancellationToken)
    {
        if (DnsMessage.Read(query) is not { } question)
        {
            return null;
        }

        if (!names.Owns(question.Name))
        {
            return await ForwardAsync(query, isTcp, cancellationToken)
                ?? DnsMessage.Write(
                    question, upstream.Count == 0 ? DnsCode.Refused : DnsCode.ServerFailure, [], [], lengthMax);
        }

        var records = names.Find(question.Name, question.Type);
        DnsRecord[] authority = records is { Count: > 0 } ? [] : [DnsMessage.Authority(domain)];
        return DnsMessage.Write(
            question, records is null ? DnsCode.NameError : DnsCode.Success, records ?? [], authority, lengthMax);
    }

    private async Task<byte[]?> ForwardAsync(byte[] query, bool isTcp, CancellationToken cancellationToken)
    {
        await forwards.WaitAsync(cancellationToken);
        try
        {
            foreach (var server in upstream)
            {
                try
                {
                    var answer = isTcp ? ForwardTcpAsync(server, query, cancellationToken)
                        : ForwardUdpAsync(server, query, cancellationToken);
                    return await answer.WaitAsync(ForwardMax, time, cancellationToken);
                }
                catch (Exception e) when (e is SocketException or TimeoutException or IOException)
                {
                    logger.QueryFailed(server.ToString(), e.Message);
                }
            }

            return null;
        }
        finally
        {
            forwards.Release();
        }
    }

    private static async Task<byte[]> ForwardUdpAsync(
        IPEndPoint server, byte[] query, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ForwardMax);
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, deadline.Token);
        await socket.SendAsync(query, deadline.Token);
        var buffer = new byte[4096];
        var read = await socket.ReceiveAsync(buffer, deadline.Token);
        return buffer[..read];
    }

    private static async Task<byte[]> ForwardTcpAsync(
        IPEndPoint server, byte[] query, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ForwardMax);
        using var client = new TcpClient(server.AddressFamily);
        await client.ConnectAsync(server, deadline.Token);
        var stream = client.GetStream();
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)query.Length);
        await stream.WriteAsync((byte[])[.. length, .. query], deadline.Token);
        await stream.ReadExactlyAsync(length, deadline.Token);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, deadline.Token);
        return answer;
    }
}
