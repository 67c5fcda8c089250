using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime.Webhooks;

/// <summary>
/// Reads reviews and writes answers. A request that cannot be understood, or that cannot be decided because something is away, gets an
/// HTTP error, so that the failure policy of the API server applies; it never ends the process.
/// </summary>
public sealed partial class WebhookRequests(IReadOnlyDictionary<string, IWebhook> webhooks, ILogger log)
{
    /// <summary>Largest request in bytes: twice the largest object that an API server takes, and what is around them.</summary>
    public const int BodyMax = 7 * 1024 * 1024;

    private const string Json = "application/json";

    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = KubernetesJson.DepthMax, AllowDuplicateProperties = false };

    /// <summary>Answers one request.</summary>
    public async Task ServeAsync(HttpContext http)
    {
        var (code, body) = await AnswerAsync(http);
        http.Response.StatusCode = code;
        http.Response.ContentType = Json;
        try
        {
            await http.Response.Body.WriteAsync(KubernetesJson.Serialize(body), http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more.
        }
    }

    private async Task<(int Code, JsonObject Body)> AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (!webhooks.TryGetValue(path, out var webhook))
        {
            return Refuse(StatusCodes.Status404NotFound, StatusReason.NotFound,
                $"there is no webhook at {path}; there are {string.Join(", ", webhooks.Keys.Order(StringComparer.Ordinal))}");
        }

        if (http.Request.Method != HttpMethods.Post)
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return Refuse(StatusCodes.Status405MethodNotAllowed, StatusReason.MethodNotAllowed,
                $"a webhook wants POST, found {http.Request.Method}");
        }

        var type = (http.Request.ContentType ?? "").Split(';')[0].Trim();
        if (!type.Equals(Json, StringComparison.OrdinalIgnoreCase))
        {
            return Refuse(StatusCodes.Status415UnsupportedMediaType, StatusReason.UnsupportedMediaType,
                $"a webhook wants {Json}, found \"{type}\"");
        }

        try
        {
            return (StatusCodes.Status200OK, await webhook.AnswerAsync(await ReadAsync(http), http.RequestAborted));
        }
        catch (BadHttpRequestException e)
        {
            return Refuse(e.StatusCode,
                e.StatusCode == StatusCodes.Status413PayloadTooLarge ? StatusReason.RequestEntityTooLarge : StatusReason.BadRequest,
                $"the review cannot be read: {e.Message}");
        }
        catch (BadReviewException e)
        {
            return Refuse(StatusCodes.Status400BadRequest, StatusReason.BadRequest, e.Message);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            return Refuse(StatusCodes.Status499ClientClosedRequest, StatusReason.Timeout, "the sender went away");
        }
        catch (Exception e) when (e is ApiException or HttpRequestException)
        {
            LogUndecided(log, path, e.Message);
            return Refuse(StatusCodes.Status500InternalServerError, StatusReason.InternalError, $"cannot decide: {e.Message}");
        }
        // One request that nobody thought of must not end the others; what failed inside is for the log, not for the sender.
        catch (Exception e)
        {
            LogFailed(log, e, path);
            return Refuse(
                StatusCodes.Status500InternalServerError, StatusReason.InternalError, "cannot decide: the log of the webhook says why");
        }
    }

    private static async Task<JsonObject> ReadAsync(HttpContext http)
    {
        try
        {
            return await JsonNode.ParseAsync(http.Request.Body, documentOptions: Reading, cancellationToken: http.RequestAborted)
                as JsonObject ?? throw new BadReviewException("a review is a JSON object");
        }
        catch (JsonException e)
        {
            throw new BadReviewException($"the review is not JSON: {e.Message}", e);
        }
    }

    private static (int Code, JsonObject Body) Refuse(int code, string reason, string message) =>
        (code, KubernetesJson.ToNode(new Status { Outcome = "Failure", Code = code, Reason = reason, Message = message }));

    [LoggerMessage(6451, LogLevel.Warning, "webhook {Path} cannot decide: {Reason}")]
    private static partial void LogUndecided(ILogger logger, string path, string reason);

    [LoggerMessage(6452, LogLevel.Error, "webhook {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string path);
}
