namespace Hortus.Runtime.Tests;

/// <summary>Passes requests on to sockets and cuts the open answers when asked, as a failing network does.</summary>
internal sealed class CuttingHandler() : DelegatingHandler(new SocketsHttpHandler())
{
    private CancellationTokenSource cut = new();

    /// <summary>Lists and watches sent so far.</summary>
    public List<string> Requests { get; } = [];

    public void Cut() => Interlocked.Exchange(ref cut, new CancellationTokenSource()).Cancel();

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        lock (Requests)
        {
            Requests.Add(request.RequestUri!.PathAndQuery);
        }

        var response = await base.SendAsync(request, cancellationToken);
        var type = response.Content.Headers.ContentType;
        response.Content = new StreamContent(
            new CutStream(await response.Content.ReadAsStreamAsync(cancellationToken), cut.Token));
        response.Content.Headers.ContentType = type;
        return response;
    }

    private sealed class CutStream(Stream inner, CancellationToken cut) : Stream
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

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cut, cancellationToken);
            try
            {
                return await inner.ReadAsync(buffer, both.Token);
            }
            catch (OperationCanceledException) when (cut.IsCancellationRequested)
            {
                throw new IOException("connection reset");
            }
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
