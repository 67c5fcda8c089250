using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Streaming;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Hortus.ApiServer.Rest;

/// <summary>A WebSocket on which a client hears a watch: each event is a message.</summary>
internal sealed class EventSocket : IAsyncDisposable
{
    private const string Version = "13";
    private const int KeyBytes = 16;
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CloseMax = TimeSpan.FromSeconds(1);

    private readonly WebSocket socket;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closed = new();
    private readonly Task reading;

    private EventSocket(WebSocket socket, TimeProvider time)
    {
        this.socket = socket;
        this.time = time;
        reading = ReadAsync();
    }

    /// <summary>Cancelled when the client has closed the connection or is gone.</summary>
    public CancellationToken Closed => closed.Token;

    /// <summary>Whether the client wants one.</summary>
    public static bool IsAskedFor(HttpContext http) => StreamProxy.IsUpgrade(http)
        && http.Request.Headers.Upgrade.ToString().Equals("websocket", StringComparison.OrdinalIgnoreCase);

    /// <summary>Switches the protocol of the connection.</summary>
    /// <exception cref="ApiStatusException">400: the client's handshake is none.</exception>
    public static async Task<EventSocket> AcceptAsync(HttpContext http, TimeProvider time)
    {
        var headers = http.Request.Headers;
        var key = headers.SecWebSocketKey.ToString();
        if (headers.SecWebSocketVersion.ToString() != Version || !IsKey(key))
        {
            throw ApiErrors.BadRequest($"the WebSocket handshake is faulty: want Sec-WebSocket-Version {Version} and a Sec-WebSocket-Key");
        }

        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = "websocket";
        http.Response.Headers.SecWebSocketAccept = Accept(key);
        if (headers.SecWebSocketProtocol.ToString() is { Length: > 0 } protocols)
        {
            // Nothing depends on it, but browsers insist that one of those that they name is chosen.
            http.Response.Headers.SecWebSocketProtocol = protocols.Split(',')[0].Trim();
        }

        var stream = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        return new EventSocket(
            WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, KeepAliveInterval = KeepAlive }), time);
    }

    /// <summary>Sends whole lines as messages, without the line feeds.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask SendLinesAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        try
        {
            for (var rest = lines; !rest.IsEmpty;)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                var line = end < 0 ? rest : rest[..end];
                rest = end < 0 ? default : rest[(end + 1)..];
                await socket.SendAsync(line, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            await closed.CancelAsync();
            throw new OperationCanceledException("the client has left", e, closed.Token);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var deadline = new CancellationTokenSource(CloseMax, time);
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token);
                await reading.WaitAsync(CloseMax, time, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or TimeoutException)
        {
            // The client does not say goodbye.
        }

        socket.Dispose();
        await reading;
        closed.Dispose();
    }

    private static bool IsKey(string key)
    {
        Span<byte> bytes = stackalloc byte[2 * KeyBytes];
        return Convert.TryFromBase64String(key, bytes, out var length) && length == KeyBytes;
    }

    // The text that is added is the one of RFC 6455, which also demands this hash; it protects nothing.
#pragma warning disable CA5350
    private static string Accept(string key) =>
        Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

    /// <summary>What a client says in a watch means nothing, but that it leaves does.</summary>
    private async Task ReadAsync()
    {
        var buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // It left without a word.
        }

        await closed.CancelAsync();
    }
}
