using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Hortus.Dns;

/// <summary>Passes queries on to other name servers, in order: the next one is asked when one is silent or refuses.</summary>
public sealed partial class DnsForwarder(IReadOnlyList<IPEndPoint> servers, ILogger logger, TimeProvider time) : IDisposable
{
    private const int ForwardsMax = 256;
    private const int UdpBufferBytes = 65535;
    private static readonly TimeSpan ForwardMax = TimeSpan.FromSeconds(3);
    private readonly SemaphoreSlim forwards = new(ForwardsMax, ForwardsMax);

    /// <summary>The answer as it came; a refusal only when nobody had a better one. Null when nobody answered.</summary>
    public async Task<byte[]?> ForwardAsync(ReadOnlyMemory<byte> query, bool isTcp, CancellationToken cancellationToken)
    {
        await forwards.WaitAsync(cancellationToken);
        try
        {
            byte[]? refusal = null;
            foreach (var server in servers)
            {
                try
                {
                    var asking = isTcp ? AskTcpAsync(server, query, cancellationToken) : AskUdpAsync(server, query, cancellationToken);
                    var answer = await asking.WaitAsync(ForwardMax, time, cancellationToken);
                    if (CodeOf(answer) != DnsCode.Refused)
                    {
                        return answer;
                    }

                    refusal = answer;
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested
                    && e is SocketException or TimeoutException or IOException or OperationCanceledException)
                {
                    ServerFailed(server.ToString(), e.Message);
                }
            }

            return refusal;
        }
        finally
        {
            forwards.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => forwards.Dispose();

    private static DnsCode? CodeOf(byte[] answer) =>
        answer.Length < DnsQuery.HeaderBytes ? null : (DnsCode)(answer[3] & 0xF);

    private static async Task<byte[]> AskUdpAsync(IPEndPoint server, ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ForwardMax);
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, deadline.Token);
        await socket.SendAsync(query, deadline.Token);
        var buffer = new byte[UdpBufferBytes];
        while (true)
        {
            var read = await socket.ReceiveAsync(buffer, deadline.Token);
            if (read >= DnsQuery.HeaderBytes && buffer.AsSpan(0, 2).SequenceEqual(query.Span[..2]))
            {
                return buffer[..read];
            }
        }
    }

    private static async Task<byte[]> AskTcpAsync(IPEndPoint server, ReadOnlyMemory<byte> query, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ForwardMax);
        using var client = new TcpClient(server.AddressFamily);
        await client.ConnectAsync(server, deadline.Token);
        var stream = client.GetStream();
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)query.Length);
        await stream.WriteAsync((byte[])[.. length, .. query.Span], deadline.Token);
        await stream.ReadExactlyAsync(length, deadline.Token);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, deadline.Token);
        return answer;
    }

    [LoggerMessage(8301, LogLevel.Warning, "name server {Address} failed on a query: {Reason}")]
    private partial void ServerFailed(string address, string reason);
}
