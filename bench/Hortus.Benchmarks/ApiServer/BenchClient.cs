using System.Net;
using System.Net.Http.Headers;

namespace Hortus.Benchmarks.ApiServer;

/// <summary>One client: one HTTP/2 connection over TLS.</summary>
internal sealed class BenchClient(Uri address) : IDisposable
{
    private readonly HttpClient http = NewHttp(address, MeasuredServer.UserToken);
    private readonly byte[] buffer = new byte[64 * 1024];

    /// <summary>A client of its own connection. The serving certificate is not checked: it is made anew for each run.</summary>
    public static HttpClient NewHttp(Uri address, string token)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        return new HttpClient(handler)
        {
            BaseAddress = address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = address.Scheme == "https"
                ? HttpVersionPolicy.RequestVersionExact
                : HttpVersionPolicy.RequestVersionOrLower,
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <returns>Bytes of the answer.</returns>
    /// <exception cref="InvalidOperationException">The answer is no success.</exception>
    public async Task<long> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte> body, string mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (!body.IsEmpty)
        {
            request.Content = new ReadOnlyMemoryContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        }

        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            var text = await answer.Content.ReadAsStringAsync(cancellationToken);
            throw new InvalidOperationException($"{method} {path}: {(int)answer.StatusCode} {text}");
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
        long total = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            total += read;
        }

        return total;
    }

    /// <summary>Watches and counts events until cancelled.</summary>
    public async Task WatchAsync(string path, Action<int> seen, TaskCompletionSource opened, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            answer.EnsureSuccessStatusCode();
            await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
            opened.TrySetResult();
            int read;
            while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                seen(buffer.AsSpan(0, read).Count((byte)'\n'));
            }

            throw new InvalidOperationException($"the watch of {path} ended before it was told to");
        }
        catch (OperationCanceledException)
        {
            opened.TrySetCanceled(CancellationToken.None);
        }
        catch (Exception error)
        {
            opened.TrySetException(error);
            throw;
        }
    }

    public void Dispose() => http.Dispose();
}
