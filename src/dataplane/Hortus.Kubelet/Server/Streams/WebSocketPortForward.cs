using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>Port-forward over channels of a WebSocket: 2i carries the data of the i-th port, 2i+1 its error. Each begins
/// with the port as two bytes, the lower first.</summary>
internal sealed class WebSocketPortForward(WebSocketChannels channels, IReadOnlyList<int> portNumbers, PodPorts ports)
{
    private const int BufferBytes = 32 * 1024;
    private const int WaitingBytesMax = 256 * 1024;
    private readonly List<Pipe> inputs =
    [
        .. portNumbers.Select(_ => new Pipe(new PipeOptions(
            pauseWriterThreshold: WaitingBytesMax, resumeWriterThreshold: WaitingBytesMax / 2,
            useSynchronizationContext: false))),
    ];

    /// <summary>Serves until the client leaves or the pod has closed all connections.</summary>
    public async Task RunAsync(TimeSpan leaveMax, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var forwards = Task.WhenAll(portNumbers.Select((port, i) => ForwardAsync(i, port, stop.Token)));
        var receiving = channels.ReceiveAsync(TakeAsync, stop.Token);
        try
        {
            if (await Task.WhenAny(forwards, receiving) == forwards)
            {
                await channels.CloseAsync(stop.Token);
                await receiving.WaitAsync(leaveMax, TimeProvider.System, stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            await stop.CancelAsync();
            inputs.ForEach(i => i.Writer.Complete());
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await forwards.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask TakeAsync(byte channel, ReadOnlyMemory<byte> data, bool isLast)
    {
        if (channel % 2 == 0 && channel / 2 < inputs.Count)
        {
            // Where the pod has closed the connection, what comes is dropped.
            await inputs[channel / 2].Writer.WriteAsync(data, CancellationToken.None);
        }
    }

    private async Task ForwardAsync(int index, int port, CancellationToken cancellationToken)
    {
        var (data, error) = ((byte)(2 * index), (byte)((2 * index) + 1));
        var number = new byte[sizeof(ushort)];
        BinaryPrimitives.WriteUInt16LittleEndian(number, (ushort)port);
        await channels.SendAsync(data, number, cancellationToken);
        await channels.SendAsync(error, number, cancellationToken);
        var source = inputs[index].Reader;
        try
        {
            await using var target = await ports.ConnectAsync(port, cancellationToken);
            var sending = ExecEndpoint.CopyInputAsync(source, part => target.WriteAsync(part, cancellationToken));
            await ReceiveAsync(data, target, cancellationToken);
            source.CancelPendingRead();
            target.Socket.Shutdown(SocketShutdown.Both);
            await sending;
        }
        catch (IOException e)
        {
            await channels.SendAsync(error, Encoding.UTF8.GetBytes(e.Message), cancellationToken);
        }
        catch (SocketException)
        {
            // The pod's end was closed already.
        }

        await source.CompleteAsync();
    }

    private async Task ReceiveAsync(byte channel, NetworkStream target, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await target.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await channels.SendAsync(channel, buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
