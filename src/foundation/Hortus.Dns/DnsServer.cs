using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Hortus.Dns;

/// <summary>A name server over UDP and TCP.</summary>
/// <param name="source">Answers what is ours.</param>
/// <param name="forwarder">Answers everything else; null refuses it.</param>
/// <param name="logger">Log.</param>
public sealed partial class DnsServer(IDnsSource source, DnsForwarder? forwarder, ILogger logger)
{
    private const int QueriesMax = 1024;
    private const int ClientsMax = 256;
    private const int UdpBufferBytes = 4096;
    private static readonly TimeSpan IdleMax = TimeSpan.FromSeconds(10);

    /// <summary>Serves until the token is cancelled; the sockets are then closed.</summary>
    public async Task RunAsync(DnsSockets sockets, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sockets);
        using (sockets)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Task[] loops = [ServeUdpAsync(sockets.Udp, stop.Token), ServeTcpAsync(sockets.Tcp, stop.Token)];
            try
            {
                await await Task.WhenAny(loops);
            }
            finally
            {
                await stop.CancelAsync();
                await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeUdpAsync(Socket socket, CancellationToken cancellationToken)
    {
        var buffer = new byte[UdpBufferBytes];
        var any = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        var open = new HashSet<Task>();
        try
        {
            while (true)
            {
                try
                {
                    var received = await socket.ReceiveFromAsync(buffer, any, cancellationToken);
                    await AddAsync(
                        open, ReplyAsync(socket, buffer[..received.ReceivedBytes], received.RemoteEndPoint, cancellationToken), QueriesMax);
                }
                catch (SocketException)
                {
                    // An earlier answer could not be delivered; the next query is not concerned.
                }
            }
        }
        finally
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ReplyAsync(Socket socket, byte[] query, EndPoint peer, CancellationToken cancellationToken)
    {
        try
        {
            if (await AnswerAsync(query, isTcp: false, cancellationToken) is { } answer)
            {
                await socket.SendToAsync(answer, peer, cancellationToken);
            }
        }
        catch (Exception e)
        {
            NotAnswered(peer, e.Message);
        }
    }

    private async Task ServeTcpAsync(Socket listener, CancellationToken cancellationToken)
    {
        var open = new HashSet<Task>();
        try
        {
            while (true)
            {
                try
                {
                    await AddAsync(open, ServeClientAsync(await listener.AcceptAsync(cancellationToken), cancellationToken), ClientsMax);
                }
                catch (SocketException)
                {
                    // The client went away before it was taken.
                }
            }
        }
        finally
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeClientAsync(Socket client, CancellationToken cancellationToken)
    {
        var peer = client.RemoteEndPoint;
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            var length = new byte[2];
            while (true)
            {
                using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                idle.CancelAfter(IdleMax);
                await stream.ReadExactlyAsync(length, idle.Token);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query, idle.Token);
                if (await AnswerAsync(query, isTcp: true, idle.Token) is not { } answer)
                {
                    return;
                }

                BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)answer.Length);
                await stream.WriteAsync((byte[])[.. length, .. answer], idle.Token);
            }
        }
        catch (Exception e) when (e is EndOfStreamException or OperationCanceledException)
        {
            // The client is done, or was silent for too long.
        }
        catch (Exception e)
        {
            NotAnswered(peer, e.Message);
        }
    }

    private static async Task AddAsync(HashSet<Task> open, Task added, int max)
    {
        open.RemoveWhere(task => task.IsCompleted);
        open.Add(added);
        if (open.Count >= max)
        {
            await Task.WhenAny(open);
        }
    }

    private async Task<byte[]?> AnswerAsync(byte[] message, bool isTcp, CancellationToken cancellationToken)
    {
        if (DnsQuery.Read(message) is not { } query)
        {
            return null;
        }

        if (query.Fault != DnsCode.Success)
        {
            return DnsAnswer.Of(query.Fault).Write(query, isTcp);
        }

        if (source.Find(query.Question) is { } own)
        {
            return own.Write(query, isTcp);
        }

        return forwarder is null
            ? DnsAnswer.Of(DnsCode.Refused).Write(query, isTcp)
            : await forwarder.ForwardAsync(message, isTcp, cancellationToken) ?? DnsAnswer.Of(DnsCode.ServerFailure).Write(query, isTcp);
    }

    [LoggerMessage(8302, LogLevel.Debug, "answer to {Peer} was not delivered: {Reason}")]
    private partial void NotAnswered(EndPoint? peer, string reason);
}
