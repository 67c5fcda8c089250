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
            await response.PassBodyAsync(PassAsync, cancellationToken);
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

    private async ValueTask<int> PassAsync(Stream inner, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        await open.Task.WaitAsync(cancellationToken);
        lock (gate)
        {
            passed.Append(Encoding.UTF8.GetString(buffer.Span[..read]));
            next.TrySetResult();
            next = NewSignal();
        }

        return read;
    }
}
