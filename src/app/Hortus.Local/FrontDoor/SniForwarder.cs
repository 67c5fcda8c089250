using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Hortus.Local.FrontDoor;

/// <summary>
/// Accepts TLS connections on one loopback port and passes them, still encrypted, to the address that belongs to the
/// server name the client asks for. So users reach every API server of the garden without routes, DNS or extra ports.
/// </summary>
public sealed partial class SniForwarder
{
    private const int BufferLength = 64 * 1024;
    private static readonly TimeSpan HelloTimeout = TimeSpan.FromSeconds(10);

    private readonly Socket listener;
    private readonly Func<string, IPEndPoint?> route;
    private readonly Func<IPEndPoint, CancellationToken, Task<Socket>> dial;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    /// <summary>Makes a forwarder.</summary>
    /// <param name="listener">A bound, listening socket.</param>
    /// <param name="route">The address for a server name, or null when there is none.</param>
    /// <param name="dial">Connects, from inside the garden's network namespace.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    public SniForwarder(
        Socket listener,
        Func<string, IPEndPoint?> route,
        Func<IPEndPoint, CancellationToken, Task<Socket>> dial,
        TimeProvider time,
        ILogger logger)
    {
        this.listener = listener;
        this.route = route;
        this.dial = dial;
        this.time = time;
        this.logger = logger;
    }

    /// <summary>Serves until cancelled; every open connection has ended when the task completes.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var open = new HashSet<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync(cancellationToken);
                open.RemoveWhere(task => task.IsCompleted);
                open.Add(ServeAsync(client, cancellationToken));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(Socket client, CancellationToken cancellationToken)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                var buffer = new byte[ClientHello.LengthMax + 5];
                var (name, length) = await ReadServerNameAsync(client, buffer, cancellationToken);
                if (name is null)
                {
                    return;
                }

                if (route(name) is not { } target)
                {
                    UnknownName(name);
                    return;
                }

                using var server = await dial(target, cancellationToken);
                server.NoDelay = true;
                await SendAllAsync(server, buffer.AsMemory(0, length), cancellationToken);
                await PumpBothAsync(client, server, cancellationToken);
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or IOException)
            {
                // Either side went away: the client sees its connection end, which is all there is to tell.
                ConnectionEnded(failure.Message);
            }
        }
    }

    private async Task<(string? Name, int Length)> ReadServerNameAsync(Socket client, byte[] buffer, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(HelloTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var length = 0;
        while (length < buffer.Length)
        {
            var read = await client.ReceiveAsync(buffer.AsMemory(length), either.Token);
            if (read == 0)
            {
                break;
            }

            length += read;
            switch (ClientHello.Read(buffer.AsSpan(0, length), out var name))
            {
                case ClientHelloResult.Found:
                    return (name, length);
                case ClientHelloResult.NotTls or ClientHelloResult.NoServerName:
                    NoServerName();
                    return (null, length);
                default:
                    break;
            }
        }

        return (null, length);
    }

    private static async Task PumpBothAsync(Socket client, Socket server, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var up = PumpAsync(client, server, stop.Token);
        var down = PumpAsync(server, client, stop.Token);

        // A half-closed connection may still carry the answer; a failed one may not.
        var first = await Task.WhenAny(up, down);
        if (first.IsFaulted)
        {
            await stop.CancelAsync();
        }

        await Task.WhenAll(up, down);
    }

    private static async Task PumpAsync(Socket from, Socket to, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferLength];
        int read;
        while ((read = await from.ReceiveAsync(buffer, cancellationToken)) > 0)
        {
            await SendAllAsync(to, buffer.AsMemory(0, read), cancellationToken);
        }

        to.Shutdown(SocketShutdown.Send);
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await to.SendAsync(bytes, cancellationToken)..];
        }
    }

    [LoggerMessage(8101, LogLevel.Information, "no API server is known under the name {ServerName}")]
    private partial void UnknownName(string serverName);

    [LoggerMessage(8102, LogLevel.Information, "connection refused: it does not start TLS with a server name")]
    private partial void NoServerName();

    [LoggerMessage(8103, LogLevel.Debug, "connection ended: {Reason}")]
    private partial void ConnectionEnded(string reason);
}
