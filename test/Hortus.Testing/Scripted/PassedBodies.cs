namespace Hortus.Testing.Scripted;

/// <summary>Gives handlers a hand in the bodies of answers while they come.</summary>
public static class PassedBodies
{
    /// <summary>Has a function read the body of an answer from now on.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="read">Reads from the body into a buffer, and says how much.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task PassBodyAsync(
        this HttpResponseMessage response,
        Func<Stream, Memory<byte>, CancellationToken, ValueTask<int>> read,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(response);
        ArgumentNullException.ThrowIfNull(read);
        var type = response.Content.Headers.ContentType;
        response.Content = new StreamContent(new Passed(await response.Content.ReadAsStreamAsync(cancellationToken), read));
        response.Content.Headers.ContentType = type;
    }

    private sealed class Passed(Stream inner, Func<Stream, Memory<byte>, CancellationToken, ValueTask<int>> read) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            read(inner, buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            read(inner, buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
