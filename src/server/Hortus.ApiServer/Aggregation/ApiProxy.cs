using System.Text;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Hortus.ApiServer.Aggregation;

/// <summary>
/// Passes requests on to the server of an API as a front proxy: who asks is told in headers, bodies and answers pass as they
/// come, upgraded connections become two pipes of bytes.
/// </summary>
internal sealed class ApiProxy(BackendConnections connections)
{
    private const int BufferBytes = 32 * 1024;
    private const string UserHeader = "X-Remote-User";
    private const string UidHeader = "X-Remote-Uid";
    private const string GroupHeader = "X-Remote-Group";
    private const string AuditId = "Audit-Id";
    private const string ExtraPrefix = "X-Remote-Extra-";

    // What belongs to one connection or to this server, and what nobody but a front proxy may say.
    private static readonly HashSet<string> OwnHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        HeaderNames.Host, HeaderNames.Authorization, HeaderNames.ContentLength, HeaderNames.TransferEncoding,
        HeaderNames.Connection, HeaderNames.Upgrade, HeaderNames.KeepAlive, HeaderNames.TE, HeaderNames.Trailer,
        HeaderNames.ProxyAuthorization, HeaderNames.ProxyAuthenticate, UserHeader, UidHeader, GroupHeader, AuditId,
    };

    private static readonly string[] OwnPrefixes = [ExtraPrefix, "Impersonate-", ":"];

    /// <summary>Sends the request on and answers with what comes back.</summary>
    /// <exception cref="ApiStatusException">503: the server is away; 413: the body is too large.</exception>
    public async Task ForwardAsync(HttpContext http, UserInfo user, RemoteApi api, CancellationToken cancellationToken)
    {
        if (!api.Availability.IsAvailable)
        {
            throw Unavailable(api, api.Availability.Message);
        }

        var request = await BuildAsync(http, user, api, cancellationToken);
        await using var response = await SendAsync(api, request, cancellationToken);
        CopyHeaders(response, http.Response);
        if (response.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            await PipeAsync(http, response, cancellationToken);
            return;
        }

        http.Response.StatusCode = response.StatusCode;
        try
        {
            if (response.Header(HeaderNames.ContentLength) is null)
            {
                // A watch begins with its head: whoever waits for events has to know that it has begun.
                await http.Response.Body.FlushAsync(cancellationToken);
            }

            await CopyAsync(response.Body, http.Response.Body, cancellationToken);
        }
        catch (IOException) when (!cancellationToken.IsCancellationRequested)
        {
            // The server went away in the middle: what is there of the answer must not look whole.
            http.Abort();
        }
    }

    /// <summary>Asks the server something on behalf of this one, such as what it serves.</summary>
    /// <param name="api">The API.</param>
    /// <param name="path">Path on its server.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="headers">Further headers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">It does not answer.</exception>
    public Task<BackendResponse> GetAsync(
        RemoteApi api,
        string path,
        UserInfo user,
        IEnumerable<(string Name, string Value)> headers,
        CancellationToken cancellationToken)
    {
        var request = new BackendRequest("GET", path, api.Service.Host);
        request.Add(HeaderNames.Accept, "application/json");
        AddUser(request, user);
        foreach (var (name, value) in headers)
        {
            request.Add(name, value);
        }

        return connections.SendAsync(api, request, cancellationToken);
    }

    private static ApiStatusException Unavailable(RemoteApi api, string why) => ApiErrors.ServiceUnavailable(
        $"{api.GroupVersion} is served by service {api.Service.Namespace}/{api.Service.Name}, which is not available: {why}");

    private async Task<BackendResponse> SendAsync(
        RemoteApi api, BackendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await connections.SendAsync(api, request, cancellationToken);
        }
        catch (IOException e)
        {
            throw Unavailable(api, e.Message);
        }
    }

    private static async ValueTask<BackendRequest> BuildAsync(
        HttpContext http, UserInfo user, RemoteApi api, CancellationToken cancellationToken)
    {
        var target = http.Request.PathBase.ToUriComponent() + http.Request.Path.ToUriComponent() + http.Request.QueryString;
        var request = new BackendRequest(http.Request.Method, target, api.Service.Host);
        var upgrades = IsUpgrade(http);
        if (!upgrades)
        {
            request.Body = await RequestBody.ReadBytesAsync(http.Request, cancellationToken);
        }

        foreach (var (name, values) in http.Request.Headers)
        {
            if (!OwnHeaders.Contains(name) && !OwnPrefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase)))
            {
                foreach (var value in values)
                {
                    request.Add(name, value ?? "");
                }
            }
        }

        // One id for both logs; this server has given one by now.
        request.Add(AuditId, http.Response.Headers[AuditId].ToString());
        if (http.Connection.RemoteIpAddress is { } client)
        {
            request.Add("X-Forwarded-For", client.ToString());
        }

        AddUser(request, user);
        if (upgrades)
        {
            request.Add(HeaderNames.Connection, "Upgrade");
            request.Add(HeaderNames.Upgrade, http.Request.Headers.Upgrade.ToString());
        }

        return request;
    }

    private static bool IsUpgrade(HttpContext http) =>
        http.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true && http.Request.Headers.Upgrade.Count > 0;

    private static void AddUser(BackendRequest request, UserInfo user)
    {
        request.Add(UserHeader, user.Name);
        if (user.Uid.Length > 0)
        {
            request.Add(UidHeader, user.Uid);
        }

        foreach (var group in user.Groups)
        {
            request.Add(GroupHeader, group);
        }

        foreach (var (key, values) in user.Extra)
        {
            foreach (var value in values)
            {
                request.Add(ExtraPrefix + Escape(key), value);
            }
        }
    }

    // Keys may hold what header names may not, such as the slash of a domain.
    private static string Escape(string key)
    {
        var escaped = new StringBuilder(key.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(key))
        {
            var c = (char)octet;
            if (char.IsAsciiLetterOrDigit(c) || "!#$&'*+-.^_`|~".Contains(c, StringComparison.Ordinal))
            {
                escaped.Append(c);
            }
            else
            {
                escaped.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return escaped.ToString();
    }

    private static void CopyHeaders(BackendResponse response, HttpResponse answer)
    {
        foreach (var header in response.Headers.ToLookup(h => h.Name, h => h.Value, StringComparer.OrdinalIgnoreCase))
        {
            if (header.Key.Equals(HeaderNames.ContentLength, StringComparison.OrdinalIgnoreCase)
                || !OwnHeaders.Contains(header.Key))
            {
                answer.Headers[header.Key] = header.ToArray();
            }
        }
    }

    private static async Task PipeAsync(HttpContext http, BackendResponse response, CancellationToken cancellationToken)
    {
        http.Response.Headers.Connection = "Upgrade";
        http.Response.Headers.Upgrade = response.Header(HeaderNames.Upgrade);
        await using var outer = await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, http.RequestAborted);
        var toClient = CopyQuietlyAsync(response.Body, outer, end.Token);
        var toServer = CopyQuietlyAsync(outer, response.Body, end.Token);

        // When one side has closed, nothing of what the other would still say could be answered.
        await Task.WhenAny(toClient, toServer);
        await end.CancelAsync();
        await Task.WhenAll(toClient, toServer);
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

    // Each piece is passed on at once: a watch consists of single lines that somebody waits for.
    private static async Task CopyAsync(Stream from, Stream to, CancellationToken cancellationToken)
    {
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await to.FlushAsync(cancellationToken);
            }
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
