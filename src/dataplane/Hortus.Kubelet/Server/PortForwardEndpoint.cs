using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Hortus.Host;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.Kubelet.Server;

/// <summary>Connects a remote user to ports inside a pod: channel 2i carries the data of port i, channel 2i+1 its
/// error.</summary>
internal static class PortForwardEndpoint
{
    public static async Task RunAsync(
        HttpContext context, string? networkNamespace, CancellationToken cancellationToken)
    {
        int[] ports = [.. context.Request.Query["port"].Concat(context.Request.Query["ports"]).OfType<string>()
            .SelectMany(p => p.Split(',')).Select(
                p => ushort.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : 0)];
        if (ports.Length == 0 || ports.Contains(0))
        {
            await Answers.RefuseAsync(
                context, StatusCodes.Status400BadRequest, StatusReason.BadRequest,
                    "query parameter \"port\": want 1 to 65535");
            return;
        }

        using var socket = await ChannelSocket.AcceptAsync(context);
        if (socket is null)
        {
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var connections = new ConcurrentDictionary<byte, NetworkStream>();
        var copies = new List<Task>();
        for (var i = 0; i < ports.Length; i++)
        {
            copies.Add(OpenAsync(socket, connections, networkNamespace, (byte)(2 * i), ports[i], stop.Token));
        }

        try
        {
            await ReceiveAsync(socket, connections, Task.WhenAll(copies), stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(copies).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (var connection in connections.Values)
            {
                await connection.DisposeAsync();
            }
        }
    }

    private static async Task OpenAsync(
        ChannelSocket socket, ConcurrentDictionary<byte, NetworkStream> connections, string? networkNamespace,
            byte channel, int port,
        CancellationToken cancellationToken)
    {
        var number = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)port);
        await socket.SendAsync(channel, number, cancellationToken);
        await socket.SendAsync((byte)(channel + 1), number, cancellationToken);
        try
        {
            var target = await NetworkNamespaces.ConnectAsync(
                networkNamespace, new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            var stream = connections[channel] = new NetworkStream(target, ownsSocket: true);
            await socket.CopyAsync(stream, channel, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or HostException)
        {
            await socket.SendAsync(
                (byte)(channel + 1), Encoding.UTF8.GetBytes(
                    $"cannot connect to port {port} of the pod: {e.Message}"), cancellationToken);
        }
    }

    private static async Task ReceiveAsync(
        ChannelSocket socket, ConcurrentDictionary<byte, NetworkStream> connections, Task allClosed,
            CancellationToken cancellationToken)
    {
        while (true)
        {
            var receive = socket.ReceiveAsync(cancellationToken);
            if (await Task.WhenAny(receive, allClosed) == allClosed)
            {
                await socket.CloseAsync(receive, cancellationToken);
                return;
            }

            if (await receive is not { } message)
            {
                return;
            }

            // The peer may send before the connection is made; it is made within moments or not at all.
            NetworkStream? stream;
            while (!connections.TryGetValue(message.Channel, out stream) && !allClosed.IsCompleted)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellationToken);
            }

            if (stream is not null)
            {
                await stream.WriteAsync(message.Data, cancellationToken);
            }
        }
    }
}
