using System.IO.Pipelines;

namespace Hortus.ApiServer.Hosting.InProcess;

/// <summary>The body of an answer: what is flushed first sends the headers.</summary>
/// <param name="inner">Where the client reads.</param>
/// <param name="start">Sends the headers.</param>
/// <param name="discards">True for HEAD: the body is counted, not sent.</param>
internal sealed class InProcessBodyWriter(PipeWriter inner, Func<CancellationToken, Task> start, bool discards) : PipeWriter
{
    private byte[] scratch = [];

    /// <summary>Bytes written, sent or not.</summary>
    public long Written { get; private set; }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes)
    {
        Written += bytes;
        if (!discards)
        {
            inner.Advance(bytes);
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (!discards)
        {
            return inner.GetMemory(sizeHint);
        }

        if (scratch.Length < Math.Max(sizeHint, 256))
        {
            scratch = new byte[Math.Max(sizeHint, 4096)];
        }

        return scratch;
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        await start(cancellationToken);
        return await inner.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        // The exchange ends the body when the server is done with the request.
    }
}
