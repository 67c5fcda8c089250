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
        using var request = NewRequest(method, path);
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

    /// <summary>Watches and counts events until cancelled. A server may end a watch that does not keep up; it then goes on from
    /// the last event, as clients do.</summary>
    /// <returns>How often it had to.</returns>
    public async Task<int> WatchAsync(
        string path, Action<int> seen, TaskCompletionSource opened, CancellationToken cancellationToken)
    {
        var last = new LastVersion();
        for (var resumed = 0; ; resumed++)
        {
            try
            {
                var from = last.Value.Length == 0 ? path : $"{path}&resourceVersion={last.Value}";
                using var request = NewRequest(HttpMethod.Get, from);
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                answer.EnsureSuccessStatusCode();
                await using var stream = await answer.Content.ReadAsStreamAsync(cancellationToken);
                opened.TrySetResult();
                int read;
                while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
                {
                    seen(last.Read(buffer.AsSpan(0, read)));
                }
            }
            catch (OperationCanceledException)
            {
                opened.TrySetCanceled(CancellationToken.None);
                return resumed;
            }
            catch (Exception error) when (!last.IsKnown)
            {
                opened.TrySetException(error);
                throw;
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                // The server has ended the connection; the next round goes on.
            }
        }
    }

    public void Dispose() => http.Dispose();

    // The defaults of the client are for requests that it makes itself.
    private HttpRequestMessage NewRequest(HttpMethod method, string path) => new(method, path)
    {
        Version = http.DefaultRequestVersion,
        VersionPolicy = http.DefaultVersionPolicy,
    };
}

/// <summary>Finds the resourceVersion of the last whole event of a watch.</summary>
internal sealed class LastVersion
{
    private byte[] line = new byte[8 * 1024];
    private int length;

    public string Value { get; private set; } = "";

    public bool IsKnown => Value.Length > 0;

    /// <summary>Takes the next bytes.</summary>
    /// <returns>How many events they complete.</returns>
    public int Read(ReadOnlySpan<byte> bytes)
    {
        var events = bytes.Count((byte)'\n');
        var end = bytes.LastIndexOf((byte)'\n');
        if (end >= 0)
        {
            var whole = bytes[..end];
            var start = whole.LastIndexOf((byte)'\n') + 1;
            if (start == 0)
            {
                Append(whole);
                Find(line.AsSpan(0, length));
            }
            else
            {
                Find(whole[start..]);
            }

            length = 0;
        }

        Append(bytes[(end + 1)..]);
        return events;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (length + bytes.Length > line.Length)
        {
            Array.Resize(ref line, 2 * (length + bytes.Length));
        }

        bytes.CopyTo(line.AsSpan(length));
        length += bytes.Length;
    }

    private void Find(ReadOnlySpan<byte> text)
    {
        var name = "\"resourceVersion\":\""u8;
        var at = text.IndexOf(name);
        if (at >= 0)
        {
            var digits = text[(at + name.Length)..];
            Value = System.Text.Encoding.ASCII.GetString(digits[..digits.IndexOf((byte)'"')]);
        }
    }
}
