using System.Buffers;
using System.IO.Pipelines;

namespace Hortus.Kubelet.Server.Spdy;

/// <summary>One of the streams of a connection; the peer opened it.</summary>
internal sealed class SpdyStream
{
    private const int BufferBytesMax = 256 * 1024;
    private const int WindowStepBytes = 32 * 1024;
    private readonly SpdyConnection connection;
    private readonly CancellationTokenSource reset = new();
    private readonly Pipe received = new(new PipeOptions(
        pauseWriterThreshold: BufferBytesMax, resumeWriterThreshold: BufferBytesMax / 2, useSynchronizationContext: false));

    private int unreported;
    private bool hasEnded;
    private bool hasClosed;

    public SpdyStream(SpdyConnection connection, int id, IReadOnlyDictionary<string, string> headers)
    {
        this.connection = connection;
        Id = id;
        Headers = headers;
    }

    public int Id { get; }

    /// <summary>What the peer said about the stream when it opened it.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>What the peer sends; ends when the peer has finished, fails when it reset the stream or is gone.</summary>
    public PipeReader Input => received.Reader;

    /// <summary>Cancelled when the peer resets the stream or is gone.</summary>
    public CancellationToken Reset => reset.Token;

    /// <summary>Accepts the stream.</summary>
    public Task ReplyAsync(CancellationToken cancellationToken) => connection.ReplyAsync(Id, cancellationToken);

    /// <summary>Sends data; returns when it is handed to the transport.</summary>
    /// <exception cref="IOException">The peer is gone or has reset the stream.</exception>
    public async Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        if (hasClosed)
        {
            throw new IOException($"stream {Id} is closed");
        }

        await connection.SendDataAsync(Id, data, final: false, cancellationToken);
    }

    /// <summary>Says that nothing more will be sent.</summary>
    public async Task CloseAsync(CancellationToken cancellationToken)
    {
        if (!hasClosed)
        {
            hasClosed = true;
            await connection.SendDataAsync(Id, ReadOnlyMemory<byte>.Empty, final: true, cancellationToken);
            ForgetWhenOver();
        }
    }

    /// <summary>Ends both directions at once.</summary>
    public async Task ResetAsync(SpdyResetReason reason, CancellationToken cancellationToken)
    {
        hasClosed = true;
        await connection.SendResetAsync(Id, reason, cancellationToken);
        Break();
    }

    /// <summary>Takes what the peer sent. Waits while the reader is behind, which holds up the whole connection and so
    /// the peer.</summary>
    /// <returns>How many bytes the peer may send in addition to what it was told before; 0 when there is nothing worth
    /// telling.</returns>
    public async ValueTask<int> ReceiveAsync(ReadOnlySequence<byte> data)
    {
        if (!hasEnded)
        {
            foreach (var part in data)
            {
                // A reader that has completed wants no more: what comes is dropped.
                await received.Writer.WriteAsync(part, CancellationToken.None);
            }
        }

        unreported += (int)data.Length;
        if (unreported < WindowStepBytes || hasEnded)
        {
            return 0;
        }

        var step = unreported;
        unreported = 0;
        return step;
    }

    /// <summary>The peer has finished sending.</summary>
    public void End()
    {
        hasEnded = true;
        received.Writer.Complete();
        ForgetWhenOver();
    }

    /// <summary>The peer wants neither to send nor to receive any more, or is gone.</summary>
    public void Break()
    {
        hasClosed = true;
        if (!hasEnded)
        {
            hasEnded = true;
            received.Writer.Complete(new IOException($"the peer reset stream {Id}"));
        }

        reset.Cancel();
        ForgetWhenOver();
    }

    private void ForgetWhenOver()
    {
        if (hasEnded && hasClosed)
        {
            connection.Forget(Id);
        }
    }
}
