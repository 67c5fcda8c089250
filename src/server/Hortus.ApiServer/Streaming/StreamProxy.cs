using System.Net;
using System.Text;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Hortus.ApiServer.Streaming;

/// <summary>
/// Passes an exchange on: ordinary answers are copied as they come, upgraded connections become two pipes of bytes,
/// whatever protocol (WebSocket, SPDY) runs in them.
/// </summary>
/// <param name="send">Reaches the other server.</param>
/// <param name="stopping">Ends streams that would otherwise outlast this server.</param>
internal sealed class StreamProxy(
    Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> send, CancellationToken stopping = default)
{
    private const int BufferBytes = 32 * 1024;

    // What concerns one connection only, and credentials for this server.
    private static readonly HashSet<string> OwnHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Host, HeaderNames.Authorization, HeaderNames.ContentLength, HeaderNames.TransferEncoding,
        HeaderNames.Connection, HeaderNames.Upgrade, HeaderNames.KeepAlive, HeaderNames.Cookie, HeaderNames.TE,
        HeaderNames.Trailer, HeaderNames.ProxyAuthenticate, HeaderNames.ProxyAuthorization, HeaderNames.ProxyConnection,
    };

    /// <summary>Whether the client asks to switch protocols.</summary>
    public static bool IsUpgrade(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true && http.Request.Headers.Upgrade.Count > 0;

    /// <summary>Sends the request to a kubelet's URL and answers with what comes back; its refusals become
    /// ours.</summary>
    public async Task ForwardAsync(HttpContext http, Uri target, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        using var request = Build(http, target);
        using var response = await send(request, end.Token);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            await PipeAsync(http, response, end.Token);
            return;
        }

        if (!response.IsSuccessStatusCode)
        {
            await FailAsync(http, response, cancellationToken);
            return;
        }

        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString() ?? "text/plain";
        await using var body = await response.Content.ReadAsStreamAsync(end.Token);
        await CopyAsync(body, http.Response.Body, end.Token);
    }

    /// <summary>Passes on what follows <c>/proxy</c> in the URL, with method, headers and body, and the answer as it
    /// is.</summary>
    /// <param name="request">The request.</param>
    /// <param name="server">Where to; its path does not matter.</param>
    /// <param name="cancellationToken">Ends the exchange.</param>
    public async Task PassAsync(SubresourceRequest request, Uri server, CancellationToken cancellationToken)
    {
        var http = request.Http;
        var (prefix, path) = SplitPath(http);
        if (path.Length == 0 && HttpMethods.IsGet(http.Request.Method) && !IsUpgrade(http))
        {
            // Relative links of the page would lead elsewhere.
            http.Response.Redirect(prefix + "/" + http.Request.QueryString, permanent: true);
            return;
        }

        // Joined as text: a path such as //host/x must not become another server.
        var target = new Uri(
            server.GetLeftPart(UriPartial.Authority) + (path.Length == 0 ? "/" : path) + http.Request.QueryString,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        using var passed = Build(http, target);
        AddForwarded(http, passed);
        if (HasBody(http))
        {
            passed.Content = new StreamContent(http.Request.Body);
            passed.Content.Headers.ContentLength = http.Request.ContentLength;
            foreach (var (name, values) in http.Request.Headers.Where(h => IsContentHeader(h.Key)))
            {
                passed.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        using var response = await send(passed, end.Token);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            await PipeAsync(http, response, end.Token);
            return;
        }

        await AnswerAsync(http, response, prefix, end.Token);
    }

    private static async Task AnswerAsync(
        HttpContext http, HttpResponseMessage response, string prefix, CancellationToken cancellationToken)
    {
        http.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (!OwnHeaders.Contains(name) || name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase))
            {
                http.Response.Headers[name] = values.ToArray();
            }
        }

        if (http.Response.Headers.Location.ToString() is ['/', not '/', ..] or "/")
        {
            http.Response.Headers.Location = prefix + http.Response.Headers.Location;
        }

        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await CopyAsync(body, http.Response.Body, cancellationToken);
    }

    // The path as the client wrote it: what is escaped in it must stay so.
    private static (string Prefix, string Path) SplitPath(HttpContext http)
    {
        const string Mark = "/proxy";
        var raw = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];

        // /api/v1/namespaces/NS/pods/NAME/proxy or /api/v1/nodes/NAME/proxy
        var parts = raw.StartsWith("/api/v1/namespaces/", StringComparison.Ordinal) ? 7 : 5;
        var at = 0;
        for (var slashes = 0; at < raw.Length && (raw[at] != '/' || ++slashes <= parts); at++)
        {
        }

        return raw[..at].EndsWith(Mark, StringComparison.Ordinal)
            ? (raw[..at], raw[at..])
            : throw ApiErrors.UnknownResource();
    }

    private static bool HasBody(HttpContext http) =>
        http.Request.ContentLength > 0 || http.Request.Headers.TransferEncoding.Count > 0;

    private static bool IsContentHeader(string name) =>
        name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
        && !name.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase);

    private static void AddForwarded(HttpContext http, HttpRequestMessage passed)
    {
        passed.Headers.TryAddWithoutValidation(
            "X-Forwarded-Uri", http.Request.Path.ToUriComponent());
        passed.Headers.TryAddWithoutValidation("X-Forwarded-Host", http.Request.Host.Value);
        passed.Headers.TryAddWithoutValidation("X-Forwarded-Proto", http.Request.Scheme);
        passed.Headers.TryAddWithoutValidation("X-Forwarded-For", http.Connection.RemoteIpAddress?.ToString());
    }

    private static HttpRequestMessage Build(HttpContext http, Uri target)
    {
        var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), target)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        foreach (var (name, values) in http.Request.Headers)
        {
            if (!OwnHeaders.Contains(name) && !name.StartsWith(':'))
            {
                request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        if (IsUpgrade(http))
        {
            request.Headers.TryAddWithoutValidation(HeaderNames.Connection, "Upgrade");
            request.Headers.TryAddWithoutValidation(HeaderNames.Upgrade, http.Request.Headers.Upgrade.ToString());
        }

        return request;
    }

    private static async Task PipeAsync(
        HttpContext http, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        foreach (var (name, values) in response.Headers)
        {
            if (!name.Equals(HeaderNames.Connection, StringComparison.OrdinalIgnoreCase))
            {
                http.Response.Headers[name] = values.ToArray();
            }
        }

        http.Response.Headers.Connection = "Upgrade";
        await using var inner = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var outer = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, http.RequestAborted);
        var toClient = CopyQuietlyAsync(inner, outer, end.Token);
        var toServer = CopyQuietlyAsync(outer, inner, end.Token);

        // The other server says when it is over: its last bytes reach the client before the connection closes. A client
        // that is gone ends both at once.
        await Task.WhenAny(toClient, toServer);
        await end.CancelAsync();
        await Task.WhenAll(toClient, toServer);
    }

    private static async Task FailAsync(
        HttpContext http, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var code = (int)response.StatusCode;
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType == "application/json" && text.StartsWith('{'))
        {
            await ResponseBody.WriteAsync(http, code, Encoding.UTF8.GetBytes(text), cancellationToken);
            return;
        }

        var message = text.Length > 0 ? text.TrimEnd() : $"the kubelet answered {code}";
        throw ApiErrors.Make(code, code switch
        {
            400 => StatusReason.BadRequest,
            401 => StatusReason.Unauthorized,
            403 => StatusReason.Forbidden,
            404 => StatusReason.NotFound,
            _ => StatusReason.InternalError,
        }, message);
    }

    private static async Task CopyQuietlyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        try
        {
            await CopyAsync(from, to, cancellationToken);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side is gone: the other one is closed by the caller.
        }
    }

    // Each piece is passed on at once: a follower of a log waits for single lines.
    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            await to.FlushAsync(cancellationToken);
        }
    }
}
