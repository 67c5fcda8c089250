using System.Net.WebSockets;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.Kubelet.Server;

/// <summary>Several streams over one WebSocket: the first byte of a message is the channel.</summary>
internal sealed class ChannelSocket : IDisposable
{
    public const byte Input = 0;
    public const byte Output = 1;
    public const byte Error = 2;
    public const byte Outcome = 3;
    public const byte Resize = 4;
    private const byte Close = 255;
    private const int MessageBytesMax = 1 << 20;
    private static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
    private static readonly TimeSpan PeerCloseMax = TimeSpan.FromSeconds(2);
    private readonly WebSocket socket;
    private readonly SemaphoreSlim sending = new(1, 1);

    private ChannelSocket(WebSocket socket) => this.socket = socket;

    /// <summary>Accepts the request's WebSocket; null when the request is none, after an answer that says so.</summary>
    public static async Task<ChannelSocket?> AcceptAsync(HttpContext context)
    {
        var protocol = Protocols.FirstOrDefault(context.WebSockets.WebSocketRequestedProtocols.Contains);
        if (context.WebSockets.IsWebSocketRequest && protocol is not null)
        {
            return new ChannelSocket(await context.WebSockets.AcceptWebSocketAsync(protocol));
        }

        var asked = context.Request.Headers.Upgrade.ToString();
        await Answers.RefuseAsync(
            context, StatusCodes.Status400BadRequest, StatusReason.BadRequest, context.WebSockets.IsWebSocketRequest
            ? $"this kubelet speaks {string.Join(" and ", Protocols)}, "
                + $"the client asked for {string.Join(", ", context.WebSockets.WebSocketRequestedProtocols)}"
            : $"this kubelet streams over WebSocket only, the client asked to upgrade to \"{asked}\"");
        return null;
    }

    /// <summary>The next message; null when the peer closed. A closed channel gives an empty message on that channel
    /// when <c>v5</c> is spoken.</summary>
    public async Task<(byte Channel, byte[] Data, bool IsClose)?> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[32 * 1024];
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer.AsSpan(0, part.Count));
            if (message.Length > MessageBytesMax)
            {
                throw new KubeletException($"a message of more than {MessageBytesMax} bytes was sent");
            }

            if (part.EndOfMessage && message.Length > 0)
            {
                var bytes = message.ToArray();
                return bytes[0] == Close && bytes.Length > 1 ? (bytes[1], [], true) : (bytes[0], bytes[1..], false);
            }
        }
    }

    public async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            await socket.SendAsync(
                (byte[])[channel, .. data.Span], WebSocketMessageType.Binary, true, cancellationToken);
        }
        finally
        {
            sending.Release();
        }
    }

    /// <summary>Copies a stream to a channel until it ends.</summary>
    public async Task CopyAsync(Stream source, byte channel, CancellationToken cancellationToken)
    {
        var buffer = new byte[32 * 1024];
        try
        {
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await SendAsync(channel, buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (IOException)
        {
            // The other end of a terminal is closed when its program has ended.
        }
    }

    /// <summary>Sends how it ended and closes; then gives the peer a moment to close too.</summary>
    /// <param name="receiving">The caller's loop over <see cref="ReceiveAsync"/>. It is not cancelled, because that
    /// would break the connection before the peer has read everything.</param>
    public async Task FinishAsync(Status status, Task receiving, CancellationToken cancellationToken)
    {
        await SendAsync(Outcome, KubernetesJson.Serialize(status), cancellationToken);
        await CloseAsync(receiving, cancellationToken);
    }

    /// <summary>Closes and gives the peer a moment to close too.</summary>
    public async Task CloseAsync(Task receiving, CancellationToken cancellationToken)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
            await receiving.WaitAsync(PeerCloseMax, TimeProvider.System, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        sending.Dispose();
    }

    /// <summary>How a command ended, as a Status.</summary>
    public static Status Ended(int exitCode) => exitCode == 0
        ? new Status { Outcome = "Success" }
        : new Status
        {
            Outcome = "Failure",
            Reason = "NonZeroExitCode",
            Message = $"command terminated with non-zero exit code: {exitCode}",
            Details = new StatusDetails
            {
                Causes = [new StatusCause { Reason = "ExitCode",
                Message = exitCode.ToString() }]
            },
        };
}
