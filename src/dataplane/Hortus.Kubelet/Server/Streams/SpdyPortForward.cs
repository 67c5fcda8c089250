using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Hortus.Kubelet.Server.Spdy;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>Port-forward over SPDY: for each connection the client opens a stream for data and one for errors, which
/// carry the same request number.</summary>
internal sealed class SpdyPortForward(SpdyConnection connection, PodPorts ports)
{
    /// <summary>Name of what is spoken in the streams.</summary>
    public const string Protocol = "portforward.k8s.io";

    private const int BufferBytes = 32 * 1024;
    private static readonly TimeSpan FarewellMax = TimeSpan.FromSeconds(1);
    private readonly Dictionary<string, SpdyStream> waiting = [];
    private readonly List<Task> forwards = [];

    /// <summary>Serves until the client leaves.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var receiving = connection.RunAsync(stop.Token);
        try
        {
            await foreach (var stream in connection.Opened.ReadAllAsync(stop.Token))
            {
                await TakeAsync(stream, stop.Token);
            }
        }
        catch (IOException)
        {
            // The client left.
        }
        finally
        {
            await stop.CancelAsync();
            await receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(forwards).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TakeAsync(SpdyStream stream, CancellationToken cancellationToken)
    {
        forwards.RemoveAll(f => f.IsCompleted);
        var type = stream.Headers.GetValueOrDefault("streamtype", "");
        if (type is not ("data" or "error") || PortOf(stream) is not { } port)
        {
            await stream.ResetAsync(SpdyResetReason.ProtocolError, cancellationToken);
            return;
        }

        // Without a number the pair is told by the order of the streams: first the one for errors.
        var request = stream.Headers.GetValueOrDefault("requestid")
            ?? (type == "error" ? stream.Id : stream.Id - 2).ToString(CultureInfo.InvariantCulture);
        if (!waiting.Remove(request, out var other))
        {
            waiting[request] = stream;
            await stream.ReplyAsync(cancellationToken);
            return;
        }

        await stream.ReplyAsync(cancellationToken);
        var (data, error) = type == "data" ? (stream, other) : (other, stream);
        if (data.Headers.GetValueOrDefault("streamtype") == error.Headers.GetValueOrDefault("streamtype"))
        {
            await stream.ResetAsync(SpdyResetReason.ProtocolError, cancellationToken);
            waiting[request] = other;
            return;
        }

        forwards.Add(ForwardAsync(data, error, port, cancellationToken));
    }

    private static int? PortOf(SpdyStream stream) =>
        ushort.TryParse(stream.Headers.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port > 0 ? port : null;

    private async Task ForwardAsync(SpdyStream data, SpdyStream error, int port, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, data.Reset);
        try
        {
            await using var target = await ports.ConnectAsync(port, stop.Token);
            await ExchangeAsync(data, target, stop);
        }
        catch (IOException e)
        {
            await TellAsync(error, e.Message, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The client closed this connection, or left.
        }

        await CloseAsync(data, cancellationToken);
        await CloseAsync(error, cancellationToken);
    }

    private static async Task ExchangeAsync(SpdyStream data, NetworkStream target, CancellationTokenSource stop)
    {
        var sending = SendAsync(data, target, stop.Token);
        try
        {
            await ReceiveAsync(data, target, stop.Token);
        }
        finally
        {
            // The program in the pod has said all; what the client still sends may be of use to it for a moment.
            await sending.WaitAsync(FarewellMax, TimeProvider.System, stop.Token)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await stop.CancelAsync();
            data.Input.CancelPendingRead();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task ReceiveAsync(SpdyStream data, NetworkStream target, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            int read;
            while ((read = await target.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await data.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (IOException)
        {
            // One of both ends broke the connection: so does the other.
        }

        await CloseAsync(data, cancellationToken);
    }

    private static async Task SendAsync(SpdyStream data, NetworkStream target, CancellationToken cancellationToken)
    {
        await ExecEndpoint.CopyInputAsync(data.Input, part => target.WriteAsync(part, cancellationToken));
        try
        {
            target.Socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The pod's end is closed already.
        }
    }

    private static async Task TellAsync(SpdyStream error, string message, CancellationToken cancellationToken)
    {
        try
        {
            await error.WriteAsync(Encoding.UTF8.GetBytes(message), cancellationToken);
        }
        catch (IOException)
        {
            // Nobody listens any more.
        }
    }

    private static async Task CloseAsync(SpdyStream stream, CancellationToken cancellationToken)
    {
        try
        {
            await stream.CloseAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The connection is gone, and the stream with it.
        }
    }
}
