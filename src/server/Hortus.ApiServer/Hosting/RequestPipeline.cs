using System.Collections.Frozen;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Discovery;
using Hortus.ApiServer.OpenApi;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Rest;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Hosting;

/// <summary>The parts a request passes.</summary>
internal sealed record PipelineParts(
    IAuthenticator Authenticator,
    IAuthorizer Authorizer,
    ResourceHandler Resources,
    DiscoveryHandler Discovery,
    OpenApiHandler OpenApi,
    IReadOnlyDictionary<string, RequestDelegate> Paths);

/// <summary>
/// What happens to every request: identify, authorize, serve; every failure becomes a Status, every request gets an audit id.
/// </summary>
internal sealed partial class RequestPipeline(
    PipelineParts parts, bool anonymousAuth, TimeProvider time, ILogger<RequestPipeline> logger)
{
    private static readonly TimeSpan DeadlineMax = TimeSpan.FromSeconds(60);
    private readonly FrozenDictionary<string, RequestDelegate> paths =
        parts.Paths.ToFrozenDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

    /// <summary>Serves one request; never throws.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var incoming = http.Request.Headers["Audit-Id"].ToString();
        http.Response.Headers["Audit-Id"] = incoming.Length is > 0 and <= 64 ? incoming : Guid.NewGuid().ToString();
        http.Response.Headers.CacheControl = "no-cache, private";
        try
        {
            await ServeAsync(http, http.RequestAborted);
        }
        catch (ApiStatusException e)
        {
            await FailAsync(http, e.Status);
        }
        catch (BadHttpRequestException e)
        {
            await FailAsync(http, e.StatusCode == 413
                ? ApiErrors.TooLarge(RequestBody.SizeMax).Status
                : ApiErrors.BadRequest(e.Message).Status);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has left; there is nobody to answer.
        }
        catch (OperationCanceledException)
        {
            await FailAsync(http, ApiErrors.Timeout("request did not complete within the allotted time").Status);
        }
        catch (Exception e)
        {
            LogFailed(logger, e, http.Request.Method, http.Request.Path.Value ?? "");
            await FailAsync(http, ApiErrors.Internal(e.Message).Status);
        }
    }

    private async Task ServeAsync(HttpContext http, CancellationToken aborted)
    {
        var info = RequestInfoParser.Parse(http.Request);
        var user = await parts.Authenticator.AuthenticateAsync(http, aborted)
            ?? (anonymousAuth ? UserInfo.Anonymous : throw ApiErrors.Unauthorized());
        var decision = await parts.Authorizer.AuthorizeAsync(user, info, aborted);
        if (decision.Verdict != AuthorizationVerdict.Allow)
        {
            throw Denial.Of(user, info, decision.Reason);
        }

        if (!info.IsResource)
        {
            await ServePathAsync(http, info, aborted);
            return;
        }

        if (info.Verb == "watch" || (info.Subresource.Length > 0 && info.Subresource is not "status" and not "scale"))
        {
            await parts.Resources.HandleAsync(http, info, user, aborted);
            return;
        }

        using var deadline = new CancellationTokenSource(DeadlineMax, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, aborted);
        await parts.Resources.HandleAsync(http, info, user, end.Token);
    }

    private async Task ServePathAsync(HttpContext http, RequestInfo info, CancellationToken cancellationToken)
    {
        var path = info.Path.Length > 1 ? info.Path.TrimEnd('/') : info.Path;
        if (paths.TryGetValue(path, out var handler) || paths.TryGetValue(FirstPart(path), out handler))
        {
            await handler(http);
            return;
        }

        if (await parts.OpenApi.TryHandleAsync(http, path, cancellationToken)
            || await parts.Discovery.TryHandleAsync(http, path, cancellationToken))
        {
            return;
        }

        if (path.StartsWith("/api", StringComparison.Ordinal))
        {
            throw ApiErrors.UnknownResource();
        }

        http.Response.StatusCode = 404;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync("404 page not found\n", cancellationToken);
    }

    // Health checks have one path per check: /readyz/ping.
    private static string FirstPart(string path)
    {
        var slash = path.IndexOf('/', 1);
        return slash > 0 && path[..slash] is "/healthz" or "/livez" or "/readyz" ? path[..slash] : path;
    }

    private async Task FailAsync(HttpContext http, Status status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        try
        {
            await ResponseBody.WriteAsync(http, status, http.RequestAborted);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            LogUnanswered(logger, e, http.Request.Path.Value ?? "");
        }
    }

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception error, string method, string path);

    [LoggerMessage(LogLevel.Debug, "the client of {Path} left before its answer")]
    private static partial void LogUnanswered(ILogger logger, Exception error, string path);
}
