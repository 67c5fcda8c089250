using Hortus.Testing.Scripted;

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
        var until = cut.Token;
        await response.PassBodyAsync((inner, buffer, token) => ReadAsync(inner, buffer, until, token), cancellationToken);
        return response;
    }

    private static async ValueTask<int> ReadAsync(
        Stream inner, Memory<byte> buffer, CancellationToken cut, CancellationToken cancellationToken)
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
}
