using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;
using Hortus.Kubelet.Server.Streams;

namespace Hortus.Kubelet.Server.Spdy;

/// <summary>
/// The server's side of a SPDY/3.1 connection: streams that the client opens, each with two directions, over one
/// transport.
/// </summary>
/// <remarks>Kubernetes' clients neither count windows nor tell about theirs. So sending relies on the transport to slow
/// it down; receiving holds up the transport when a stream's reader is behind, and tells the client's window all the
/// same.</remarks>
internal sealed class SpdyConnection : IAsyncDisposable
{
    private const int StreamsMax = 1000;
    private const int ControlBytesMax = 64 * 1024;
    private const int StatusOk = 0;
    private const int StatusProtocolError = 1;
    private readonly Stream transport;
    private readonly PipeReader input;
    private readonly SpdyHeaderDecoder decoder = new();
    private readonly SpdyHeaderEncoder encoder = new();
    private readonly SemaphoreSlim sending = new(1, 1);
    private readonly ConcurrentDictionary<int, SpdyStream> streams = new();
    private readonly Channel<SpdyStream> opened = Channel.CreateBounded<SpdyStream>(StreamsMax);
    private int lastStream;
    private int unreported;

    /// <param name="transport">Carries the frames; ends with the connection.</param>
    public SpdyConnection(Stream transport)
    {
        this.transport = transport;
        input = PipeReader.Create(
            transport, new StreamPipeReaderOptions(bufferSize: ControlBytesMax, leaveOpen: true, useZeroByteReads: false));
    }

    /// <summary>The streams that the client opens, in order; ends with the connection.</summary>
    public ChannelReader<SpdyStream> Opened => opened.Reader;

    /// <summary>Reads frames until the client closes the connection; then all streams are broken.</summary>
    /// <exception cref="IOException">The connection broke, or (<see cref="SpdyException"/>) the client breaks the
    /// protocol and was told so.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ = SendSignsAsync(ended.Token);
        try
        {
            while (await ReadHeadAsync(cancellationToken) is { } head)
            {
                await (head.IsControl
                    ? ReadControlAsync(head, cancellationToken)
                    : ReadDataAsync(head, cancellationToken));
            }
        }
        catch (SpdyException)
        {
            await SendAsync(
                SpdyFrameHead.Control(SpdyFrameType.GoAway, [lastStream, StatusProtocolError]), cancellationToken);
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            opened.Writer.TryComplete();
            foreach (var stream in streams.Values)
            {
                stream.Break();
            }
        }
    }

    /// <summary>Tells the client that no further streams are accepted.</summary>
    public Task GoAwayAsync(CancellationToken cancellationToken) =>
        SendAsync(SpdyFrameHead.Control(SpdyFrameType.GoAway, [lastStream, StatusOk]), cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await input.CompleteAsync();
        await transport.DisposeAsync();
        decoder.Dispose();
        sending.Dispose();
    }

    internal Task ReplyAsync(int stream, CancellationToken cancellationToken) =>
        SendAsync(() => SpdyFrameHead.Control(SpdyFrameType.SynReply, [stream], encoder.Encode()), cancellationToken);

    internal Task SendResetAsync(int stream, SpdyResetReason reason, CancellationToken cancellationToken) =>
        SendAsync(SpdyFrameHead.Control(SpdyFrameType.ResetStream, [stream, (int)reason]), cancellationToken);

    internal async Task SendDataAsync(
        int stream, ReadOnlyMemory<byte> data, bool final, CancellationToken cancellationToken)
    {
        var frame = ArrayPool<byte>.Shared.Rent(SpdyFrameHead.Size + data.Length);
        try
        {
            SpdyFrameHead.WriteData(frame, stream, data.Length, final);
            data.CopyTo(frame.AsMemory(SpdyFrameHead.Size));
            await SendAsync(frame.AsMemory(0, SpdyFrameHead.Size + data.Length), cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }

    // Settings without entries need no answer. A client may answer a ping only after it has sent what it is sending.
    private async Task SendSignsAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(RemoteAccess.SignPeriod, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await SendAsync(SpdyFrameHead.Control(SpdyFrameType.Settings, [0]), cancellationToken);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The connection has ended.
        }
    }

    internal void Forget(int stream) => streams.TryRemove(stream, out _);

    private Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken) =>
        SendAsync(() => frame, cancellationToken);

    // Header blocks depend on those before: they are made when it is their turn.
    private async Task SendAsync(Func<ReadOnlyMemory<byte>> frame, CancellationToken cancellationToken)
    {
        await sending.WaitAsync(cancellationToken);
        try
        {
            // A frame is sent whole or the connection is useless to the other streams.
            await transport.WriteAsync(frame(), CancellationToken.None);
            await transport.FlushAsync(CancellationToken.None);
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task<SpdyFrameHead?> ReadHeadAsync(CancellationToken cancellationToken)
    {
        var read = await input.ReadAtLeastAsync(SpdyFrameHead.Size, cancellationToken);
        if (read.Buffer.Length < SpdyFrameHead.Size)
        {
            return null;
        }

        var end = read.Buffer.GetPosition(SpdyFrameHead.Size);
        var head = SpdyFrameHead.Read(read.Buffer.Slice(0, end).ToArray());
        input.AdvanceTo(end);
        return head.IsKnownVersion ? head : throw new SpdyException($"SPDY version {head.Version} is not spoken here");
    }

    private async Task ReadDataAsync(SpdyFrameHead head, CancellationToken cancellationToken)
    {
        var stream = streams.GetValueOrDefault(head.StreamId);
        if (stream is null && head.StreamId > lastStream)
        {
            await SendResetAsync(head.StreamId, SpdyResetReason.InvalidStream, cancellationToken);
        }

        for (var left = head.Length; left > 0;)
        {
            var read = await input.ReadAsync(cancellationToken);
            if (read.Buffer.IsEmpty)
            {
                throw new IOException("the connection ended inside a frame");
            }

            var part = read.Buffer.Slice(0, Math.Min(left, read.Buffer.Length));
            left -= (int)part.Length;
            unreported += (int)part.Length;
            if (stream is not null && await stream.ReceiveAsync(part) is > 0 and var step)
            {
                await TellWindowsAsync(stream.Id, step, cancellationToken);
            }

            input.AdvanceTo(part.End);
        }

        if (head.IsFinal)
        {
            stream?.End();
        }
    }

    private async Task TellWindowsAsync(int stream, int step, CancellationToken cancellationToken)
    {
        var all = unreported;
        unreported = 0;
        await SendAsync(
            (byte[])
            [
                .. SpdyFrameHead.Control(SpdyFrameType.WindowUpdate, [stream, step]),
                .. SpdyFrameHead.Control(SpdyFrameType.WindowUpdate, [0, all]),
            ],
            cancellationToken);
    }

    private async Task ReadControlAsync(SpdyFrameHead head, CancellationToken cancellationToken)
    {
        if (head.Length > ControlBytesMax)
        {
            throw new SpdyException($"a control frame has more than {ControlBytesMax} bytes");
        }

        var read = await input.ReadAtLeastAsync(head.Length, cancellationToken);
        if (read.Buffer.Length < head.Length)
        {
            throw new IOException("the connection ended inside a frame");
        }

        var end = read.Buffer.GetPosition(head.Length);
        var body = read.Buffer.Slice(0, end).ToArray();
        input.AdvanceTo(end);
        switch (head.Type)
        {
            case SpdyFrameType.SynStream:
                await OpenAsync(head, body, cancellationToken);
                break;
            case SpdyFrameType.ResetStream:
                streams.GetValueOrDefault(Number(body, 0))?.Break();
                break;
            case SpdyFrameType.Ping when Number(body, 0) % 2 == 1:
                await SendAsync(SpdyFrameHead.Control(SpdyFrameType.Ping, [Number(body, 0)]), cancellationToken);
                break;
            case SpdyFrameType.SynReply or SpdyFrameType.Headers:
                // They say nothing that matters here, but the decoder must see every block.
                decoder.Decode(body.AsSpan(Math.Min(sizeof(int), body.Length)));
                break;
            default:
                // Settings, windows and farewells change nothing; unknown frames are to be ignored.
                break;
        }
    }

    private async Task OpenAsync(SpdyFrameHead head, byte[] body, CancellationToken cancellationToken)
    {
        const int HeadersAt = 10;
        var id = Number(body, 0);
        if (body.Length < HeadersAt)
        {
            throw new SpdyException("a frame that opens a stream is too short");
        }

        var headers = decoder.Decode(body.AsSpan(HeadersAt));
        if (id % 2 == 0 || id <= lastStream)
        {
            throw new SpdyException($"the client opened stream {id} after stream {lastStream}");
        }

        lastStream = id;
        var stream = new SpdyStream(this, id, headers);
        streams[id] = stream;
        if (streams.Count > StreamsMax || !opened.Writer.TryWrite(stream))
        {
            await stream.ResetAsync(SpdyResetReason.RefusedStream, cancellationToken);
            return;
        }

        if (head.IsFinal)
        {
            stream.End();
        }
    }

    private static int Number(byte[] body, int at) => body.Length >= at + sizeof(int)
        ? BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at)) & int.MaxValue
        : throw new SpdyException("a control frame is too short");
}
