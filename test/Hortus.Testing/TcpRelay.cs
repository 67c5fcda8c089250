using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Hortus.Testing;

/// <summary>Passes connections on to a server, until a test cuts them or stops their bytes.</summary>
public sealed class TcpRelay : IAsyncDisposable
{
    private readonly Socket listener;
    private readonly CancellationTokenSource stopping = new();
    private readonly ConcurrentDictionary<Socket, bool> open = new();
    private readonly EndPoint target;
    private readonly Task accepting;
    private volatile bool isCut;
    private volatile TaskCompletionSource? held;

    /// <summary>Begins to listen on a free loopback port.</summary>
    /// <param name="server">Where connections go; the relay's own address has the same scheme.</param>
    public TcpRelay(Uri server)
        : this(server, Loopback())
    {
    }

    /// <summary>Begins to listen.</summary>
    /// <param name="server">Where connections go; the relay's own address has the same scheme.</param>
    /// <param name="bound">Where they come from, perhaps in another network than the server's. The relay closes it.</param>
    public TcpRelay(Uri server, Socket bound)
    {
        target = new IPEndPoint(IPAddress.Parse(server.Host), server.Port);
        listener = bound;
        listener.Listen();
        Address = new Uri($"{server.Scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndPoint!).Port}");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Sees what the server sends before it is passed on; null for nobody.</summary>
    public Action<ReadOnlyMemory<byte>>? Answered { get; init; }

    /// <summary>Ends all connections and refuses new ones.</summary>
    public void Cut()
    {
        isCut = true;
        foreach (var socket in open.Keys)
        {
            socket.Dispose();
        }
    }

    /// <summary>Takes connections again.</summary>
    public void Mend() => isCut = false;

    /// <summary>Keeps connections, but passes nothing on.</summary>
    public void Hold() => held = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Passes on what was held and what comes.</summary>
    public void Release()
    {
        var waiting = held;
        held = null;
        waiting?.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Dispose();
        Release();
        Cut();
        await accepting;
        stopping.Dispose();
    }

    private static Socket Loopback()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private async Task AcceptAsync()
    {
        var relays = new List<Task>();
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptAsync(stopping.Token);
                if (isCut)
                {
                    client.Dispose();
                    continue;
                }

                relays.Add(RelayAsync(client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                break;
            }
        }

        await Task.WhenAll(relays);
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        open[client] = true;
        open[server] = true;
        try
        {
            await server.ConnectAsync(target, stopping.Token);
            await Task.WhenAny(CopyAsync(client, server, null), CopyAsync(server, client, Answered));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut, or the server is away; both ends see it.
        }
        finally
        {
            open.TryRemove(client, out _);
            open.TryRemove(server, out _);
            client.Dispose();
        }
    }

    private async Task CopyAsync(Socket from, Socket to, Action<ReadOnlyMemory<byte>>? passed)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer, stopping.Token)) > 0;)
            {
                if (held is { } waiting)
                {
                    await waiting.Task;
                }

                passed?.Invoke(buffer.AsMemory(0, read));
                await to.SendAsync(buffer.AsMemory(0, read), stopping.Token);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other direction ends with this one.
        }
    }
}
