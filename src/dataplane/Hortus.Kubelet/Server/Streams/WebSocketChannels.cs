using System.Buffers;
using System.Buffers.Text;
using System.Net.WebSockets;
using System.Text;

namespace Hortus.Kubelet.Server.Streams;

/// <summary>Several streams over one WebSocket: the first byte of a message is the channel; in Base64 protocols it is a
/// digit and the rest is text.</summary>
internal sealed class WebSocketChannels(WebSocket socket, bool isBase64) : IDisposable
{
    private const int BufferBytes = 32 * 1024;
    private readonly SemaphoreSlim sending = new(1, 1);

    /// <summary>Gives every piece of every message as it comes, so that a message of any size needs no memory.</summary>
    /// <param name="take">Takes a piece; says whether it is the last of its message.</param>
    /// <param name="cancellationToken">Breaks the connection.</param>
    /// <returns>When the client closed the connection, or just left.</returns>
    public async Task ReceiveAsync(
        Func<byte, ReadOnlyMemory<byte>, bool, ValueTask> take, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        try
        {
            while (true)
            {
                byte? channel = null;
                var kept = 0;
                ValueWebSocketReceiveResult part;
                do
                {
                    part = await socket.ReceiveAsync(buffer.AsMemory(kept), cancellationToken);
                    if (part.MessageType == WebSocketMessageType.Close)
                    {
                        return;
                    }

                    var data = buffer.AsMemory(0, kept + part.Count);
                    if (channel is null && data.Length > 0)
                    {
                        channel = (byte)(data.Span[0] - (isBase64 ? '0' : 0));
                        data = data[1..];
                    }

                    var rest = isBase64 ? data.Length % 4 : 0;
                    if (channel is { } known)
                    {
                        await take(known, Decode(data[..^rest]), part.EndOfMessage);
                    }

                    data[^rest..].CopyTo(buffer);
                    kept = rest;
                }
                while (!part.EndOfMessage);
            }
        }
        catch (WebSocketException)
        {
            // The client left without a word.
        }
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="IOException">The client has left.</exception>
    public async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var message = ArrayPool<byte>.Shared.Rent(1 + Base64.GetMaxEncodedToUtf8Length(data.Length));
        await sending.WaitAsync(cancellationToken);
        try
        {
            var length = Write(message, channel, data.Span);
            var type = isBase64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary;

            // A message is sent whole or the connection is useless.
            await socket.SendAsync(message.AsMemory(0, length), type, true, CancellationToken.None);
        }
        catch (Exception e) when (e is WebSocketException or InvalidOperationException)
        {
            throw new IOException("the client has left", e);
        }
        finally
        {
            sending.Release();
            ArrayPool<byte>.Shared.Return(message);
        }
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
            }
        }
        catch (WebSocketException)
        {
            // The client left first.
        }
        finally
        {
            sending.Release();
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        sending.Dispose();
    }

    private int Write(Span<byte> message, byte channel, ReadOnlySpan<byte> data)
    {
        if (!isBase64)
        {
            message[0] = channel;
            data.CopyTo(message[1..]);
            return 1 + data.Length;
        }

        message[0] = (byte)('0' + channel);
        Base64.EncodeToUtf8(data, message[1..], out _, out var written);
        return 1 + written;
    }

    private Memory<byte> Decode(Memory<byte> data)
    {
        if (!isBase64)
        {
            return data;
        }

        // What is no Base64 is dropped, as there is no way to answer it.
        return Base64.DecodeFromUtf8InPlace(data.Span, out var written) == OperationStatus.Done ? data[..written] : default;
    }
}
