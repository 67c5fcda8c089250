using System.Net;
using System.Text;

namespace Hortus.Testing.Scripted;

/// <summary>Keeps what some watches tell from whoever listens, as a busy machine or a slow network does: caches stay behind while all else
/// gets through.</summary>
/// <param name="concerns">Says by path and query which requests are meant.</param>
public sealed class LateWatches(Func<string, bool> concerns) : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly Lock gate = new();
    private readonly StringBuilder passed = new();
    private TaskCompletionSource open = Opened();
    private TaskCompletionSource next = NewSignal();

    /// <summary>From now on nothing gets through.</summary>
    public void Hold() => open = NewSignal();

    /// <summary>Lets everything through that was held, and what follows.</summary>
    public void Release() => open.TrySetResult();

    /// <summary>Waits until a text got through.</summary>
    public async Task UntilToldAsync(string text, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task following;
            lock (gate)
            {
                if (passed.ToString().Contains(text, StringComparison.Ordinal))
                {
                    return;
                }

                following = next.Task;
            }

            await following.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = request.RequestUri!.PathAndQuery;
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK && path.Contains("watch=", StringComparison.Ordinal) && concerns(path))
        {
            var type = response.Content.Headers.ContentType;
            response.Content = new StreamContent(new Late(await response.Content.ReadAsStreamAsync(cancellationToken), this));
            response.Content.Headers.ContentType = type;
        }

        return response;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static TaskCompletionSource Opened()
    {
        var signal = NewSignal();
        signal.SetResult();
        return signal;
    }

    private async Task PassAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await open.Task.WaitAsync(cancellationToken);
        lock (gate)
        {
            passed.Append(Encoding.UTF8.GetString(data.Span));
            next.TrySetResult();
            next = NewSignal();
        }
    }

    private sealed class Late(Stream inner, LateWatches watches) : Stream
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
            var read = await inner.ReadAsync(buffer, cancellationToken);
            await watches.PassAsync(buffer[..read], cancellationToken);
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

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
