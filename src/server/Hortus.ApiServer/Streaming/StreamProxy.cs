using System.Net;
using System.Text;
using Hortus.ApiServer.Requests;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Hortus.ApiServer.Streaming;

/// <summary>
/// Passes an exchange on to a kubelet: ordinary answers are copied as they come, upgraded connections become two pipes
/// of
/// bytes, whatever protocol (WebSocket, SPDY) runs in them.
/// </summary>
internal sealed class StreamProxy(KubeletClient kubelets)
{
    private const int BufferBytes = 32 * 1024;

    private static readonly HashSet<string> OwnHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Host, HeaderNames.Authorization, HeaderNames.ContentLength, HeaderNames.TransferEncoding,
        HeaderNames.Connection, HeaderNames.Upgrade, HeaderNames.KeepAlive, HeaderNames.Cookie,
    };

    /// <summary>Whether the client asks to switch protocols.</summary>
    public static bool IsUpgrade(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true && http.Request.Headers.Upgrade.Count > 0;

    /// <summary>Sends the request to a kubelet's URL and answers with what comes back.</summary>
    public async Task ForwardAsync(HttpContext http, Uri target, CancellationToken cancellationToken)
    {
        using var request = Build(http, target);
        using var response = await kubelets.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
        {
            await PipeAsync(http, response, cancellationToken);
            return;
        }

        if (!response.IsSuccessStatusCode)
        {
            await FailAsync(http, response, cancellationToken);
            return;
        }

        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString() ?? "text/plain";
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await CopyAsync(body, http.Response.Body, cancellationToken);
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
        var toKubelet = CopyQuietlyAsync(outer, inner, end.Token);

        // The kubelet says when it is over: its last bytes reach the client before the connection closes. A client that
        // is gone ends both at once.
        await Task.WhenAny(toClient, toKubelet);
        await end.CancelAsync();
        await Task.WhenAll(toClient, toKubelet);
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
