using System.Net;
using System.Text.Json;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>Sends requests of one client and turns refusals into <see cref="ApiException"/>.</summary>
internal sealed class ApiTransport : IDisposable
{
    private const int ErrorBodyMax = 64 * 1024;

    private readonly ClientOptions options;
    private readonly List<Way> former = [];
    private volatile Way way;

    public ApiTransport(
        HttpMessageHandler handler, bool ownsHandler, ClientConnection connection, ClientOptions options)
    {
        this.options = options;
        way = new Way(handler, ownsHandler, connection, options);
    }

    /// <summary>From now on, requests go another way. What is under way, watches among it, goes on as it began.</summary>
    public void Switch(HttpMessageHandler handler, bool ownsHandler, ClientConnection connection)
    {
        lock (former)
        {
            former.Add(way);
            way = new Way(handler, ownsHandler, connection, options);
        }
    }

    /// <summary>Sends a call and reads its answer as JSON.</summary>
    public async Task<T> SendAsync<T>(ApiRequest request, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.RequestTimeout, options.Clock);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var response = await SendCheckedAsync(
                request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            await using var body = await response.Content.ReadAsStreamAsync(linked.Token);
            return await JsonSerializer.DeserializeAsync<T>(body, KubernetesJson.Options, linked.Token)
                ?? throw new HttpRequestException($"{request}: the server answered null");
        }
        catch (OperationCanceledException e) when (
            timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var late = new HttpRequestException(
                $"{request}: no answer from {way.Server} within {options.RequestTimeout.TotalSeconds} s", e);
            options.Observer?.Failed(way.Server, late);
            throw late;
        }
        catch (JsonException e)
        {
            throw new HttpRequestException($"{request}: the answer is not the expected JSON: {e.Message}", e);
        }
    }

    /// <summary>Starts a watch; the caller disposes the response.</summary>
    public Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken) =>
        SendCheckedAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose()
    {
        lock (former)
        {
            former.ForEach(w => w.Dispose());
            former.Clear();
            way.Dispose();
        }
    }

    private async Task<HttpResponseMessage> SendCheckedAsync(
        ApiRequest request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var taken = way;
        var response = await SendOnceAsync(taken, request, completion, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && (taken.Credentials.Invalidate() || taken != way))
        {
            response.Dispose();
            response = await SendOnceAsync(way, request, completion, cancellationToken);
        }

        if (response.IsSuccessStatusCode)
        {
            options.Observer?.Answered(way.Server, request.Path);
            return response;
        }

        using (response)
        {
            var refusal = new ApiException(await ReadStatusAsync(response, cancellationToken), request.ToString());
            Observe(request, refusal);
            throw refusal;
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        Way way, ApiRequest request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        try
        {
            return await SendOverAsync(way, request, completion, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            options.Observer?.Failed(way.Server, e);
            throw;
        }
    }

    private static async Task<HttpResponseMessage> SendOverAsync(
        Way way, ApiRequest request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        try
        {
            return await way.SendAsync(request, completion, cancellationToken);
        }
        catch (HttpRequestException e) when (request.Method == HttpMethod.Get && IsDeadConnection(e))
        {
            return await way.SendAsync(request, completion, cancellationToken);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            // The handler gave up connecting; nobody has cancelled anything.
            throw new HttpRequestException($"{request}: no connection to {way.Server}: {e.InnerException.Message}", e);
        }
    }

    // A server may be there whose store, or the server behind it that has a group of kinds, is not.
    private void Observe(ApiRequest request, ApiException refusal)
    {
        if (refusal.Code == (int)HttpStatusCode.ServiceUnavailable && ResourcePath.GroupOf(request.Path) is { } group)
        {
            options.Observer?.Answered(way.Server, "");
            options.Observer?.Failed(new Uri(way.Server, group), refusal);
        }
        else
        {
            options.Observer?.Answered(way.Server, request.Path);
        }
    }

    private static bool IsDeadConnection(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError;

    private static async Task<Status> ReadStatusAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var code = (int)response.StatusCode;
        var text = "";
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var bytes = new byte[ErrorBodyMax];
            var length = await body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            if (length > 0 && bytes[0] == '{')
            {
                var status = KubernetesJson.Deserialize<Status>(bytes.AsSpan(0, length));
                return status.Code is null ? status with { Code = code } : status;
            }

            text = System.Text.Encoding.UTF8.GetString(bytes, 0, length).Trim();
        }
        catch (Exception e) when (e is JsonException or IOException or HttpRequestException)
        {
            text = $"unreadable answer: {e.Message}";
        }

        return new Status
        {
            Outcome = "Failure",
            Code = code,
            Reason = ReasonOf(code),
            Message = text.Length == 0 ? $"the server answered {code} {response.ReasonPhrase}" : text,
        };
    }

    private static string? ReasonOf(int code) => code switch
    {
        400 => StatusReason.BadRequest,
        401 => StatusReason.Unauthorized,
        403 => StatusReason.Forbidden,
        404 => StatusReason.NotFound,
        405 => StatusReason.MethodNotAllowed,
        409 => StatusReason.Conflict,
        410 => StatusReason.Gone,
        422 => StatusReason.Invalid,
        429 => StatusReason.TooManyRequests,
        500 => StatusReason.InternalError,
        503 => StatusReason.ServiceUnavailable,
        504 => StatusReason.Timeout,
        _ => null,
    };
}

/// <summary>One request; its text form names method and path for error messages.</summary>
internal readonly record struct ApiRequest(HttpMethod Method, string Path)
{
    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    public override string ToString() => $"{Method} /{Path.Split('?')[0]}";
}
