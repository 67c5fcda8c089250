using Hortus.ApiServer.Aggregation;
using Hortus.ApiServer.Audit;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Authorization;
using Hortus.ApiServer.Metrics;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Rest;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer.Hosting;

/// <summary>The parts a request passes.</summary>
internal sealed record PipelineParts(
    IAuthenticator Authenticator, IAuthorizer Authorizer, ResourceHandler Resources, PathHandler Paths)
{
    /// <summary>Null when nothing is audited.</summary>
    public AuditTrail? Audit { get; init; }

    /// <summary>Null when this server answers for itself alone.</summary>
    public Aggregator? Aggregator { get; init; }

    public required ServerMetrics Metrics { get; init; }

    public required InFlightLimit InFlight { get; init; }
}

/// <summary>
/// What happens to every request: identify, note, limit, authorize, serve; every failure becomes a Status, every request gets an
/// audit id.
/// </summary>
internal sealed partial class RequestPipeline(
    PipelineParts parts, bool anonymousAuth, TimeProvider time, ILogger<RequestPipeline> logger)
{
    private readonly RequestDeadlines deadlines = new(time);

    /// <summary>Serves one request; never throws.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var incoming = http.Request.Headers["Audit-Id"].ToString();
        http.Response.Headers["Audit-Id"] = incoming.Length is > 0 and <= 64 ? incoming : Guid.NewGuid().ToString();
        http.Response.Headers.CacheControl = "no-cache, private";
        var served = new ServedRequest(http, RequestInfoParser.Parse(http.Request), time.GetTimestamp());
        Status? failure;
        try
        {
            await ServeAsync(served, http.RequestAborted);
            failure = null;
        }
        catch (ApiStatusException e)
        {
            failure = e.Status;
        }
        catch (BadHttpRequestException e)
        {
            failure = e.StatusCode == 413
                ? ApiErrors.TooLarge(RequestBody.SizeMax).Status
                : ApiErrors.BadRequest(e.Message).Status;
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has left; there is nobody to answer.
            failure = null;
        }
        catch (OperationCanceledException)
        {
            failure = ApiErrors.Timeout("request did not complete within the allotted time").Status;
        }
        catch (Exception e)
        {
            LogFailed(logger, e, http.Request.Method, http.Request.Path.Value ?? "");
            failure = ApiErrors.Internal(e.Message).Status;
        }

        if (failure is not null)
        {
            await FailAsync(http, failure);
        }

        await FinishAsync(served, failure);
    }

    private async Task ServeAsync(ServedRequest served, CancellationToken aborted)
    {
        var (http, info) = (served.Http, served.Info);
        UserInfo? user = null;
        try
        {
            RequestTarget.RefuseDotSegments(http);
            user = await parts.Authenticator.AuthenticateAsync(http, aborted)
                ?? (anonymousAuth ? UserInfo.Anonymous : throw ApiErrors.Unauthorized());
        }
        finally
        {
            if (parts.Audit is { } audit)
            {
                served.Audit = await audit.BeginAsync(
                    http, info, http.Features.Get<AuditUsers>() ?? new AuditUsers(user, null), time.GetUtcNow());
                if (served is { IsLongRunning: true, Audit: { } record })
                {
                    http.Response.OnStarting(() => audit.WriteAsync(record, "ResponseStarted").AsTask());
                }
            }
        }

        if (served.IsLongRunning || served.IsProbe)
        {
            await AuthorizeAndServeAsync(served, user, aborted);
            return;
        }

        var isMutating = InFlightLimit.IsMutating(info);
        try
        {
            parts.InFlight.Enter(user, isMutating);
        }
        catch (ApiStatusException)
        {
            parts.Metrics.Rejected(isMutating);
            throw;
        }

        try
        {
            using var deadline = deadlines.Start(RequestDeadlines.TimeOf(http.Request, info), aborted);
            await AuthorizeAndServeAsync(served, user, deadline.Token);
        }
        finally
        {
            parts.InFlight.Leave(isMutating);
        }
    }

    private async Task AuthorizeAndServeAsync(ServedRequest served, UserInfo user, CancellationToken cancellationToken)
    {
        var (http, info) = (served.Http, served.Info);
        var decision = await parts.Authorizer.AuthorizeAsync(user, info, cancellationToken);
        if (served.Audit is not null)
        {
            served.Audit.Authorization = decision;
        }

        if (decision.Verdict != AuthorizationVerdict.Allow)
        {
            throw Denial.Of(user, info, decision.Reason);
        }

        if (!info.IsResource && parts.Aggregator?.Apis.FindByPath(info.Path) is null)
        {
            await parts.Paths.HandleAsync(http, info, cancellationToken);
            return;
        }

        if (!served.IsLongRunning)
        {
            await ServeResourceAsync(served, user, cancellationToken);
            return;
        }

        parts.Metrics.LongRunning(info, served.Verb, 1);
        try
        {
            await ServeResourceAsync(served, user, cancellationToken);
        }
        finally
        {
            parts.Metrics.LongRunning(info, served.Verb, -1);
        }
    }

    private Task ServeResourceAsync(ServedRequest served, UserInfo user, CancellationToken cancellationToken) =>
        parts.Aggregator is { } aggregator && aggregator.Apis.FindByPath(served.Info.Path) is { } remote
            ? aggregator.ForwardAsync(served.Http, user, remote, cancellationToken)
            : parts.Resources.HandleAsync(served.Http, served.Info, user, cancellationToken);

    private async Task FinishAsync(ServedRequest served, Status? failure)
    {
        if (!served.IsProbe)
        {
            parts.Metrics.Served(
                served.Info,
                served.Verb,
                served.DryRun,
                served.Http.Response.StatusCode,
                time.GetElapsedTime(served.Start),
                served.IsLongRunning);
        }

        if (served.Audit is { } record)
        {
            record.Failure = failure;
            await parts.Audit!.WriteAsync(record, "ResponseComplete");
        }
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
