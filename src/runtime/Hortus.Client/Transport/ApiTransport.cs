using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>Sends requests of one client and turns refusals into <see cref="ApiException"/>.</summary>
internal sealed class ApiTransport : IDisposable
{
    private const int ErrorBodyMax = 64 * 1024;

    private readonly HttpClient http;
    private readonly Credentials credentials;
    private readonly ClientOptions options;

    public ApiTransport(
        HttpMessageHandler handler, bool ownsHandler, ClientConnection connection, ClientOptions options)
    {
        this.options = options;
        credentials = new Credentials(connection, options.Clock);
        http = new HttpClient(handler, ownsHandler)
        {
            BaseAddress = WithSlash(connection.Server),
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };

        // The socket handler takes the name it sends and expects in TLS from this header.
        http.DefaultRequestHeaders.Host = connection.TlsServerName;
        http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
        http.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
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
            throw new HttpRequestException(
                $"{request}: no answer from {http.BaseAddress} within {options.RequestTimeout.TotalSeconds} s", e);
        }
        catch (JsonException e)
        {
            throw new HttpRequestException($"{request}: the answer is not the expected JSON: {e.Message}", e);
        }
    }

    /// <summary>Starts a watch; the caller disposes the response.</summary>
    public Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken) =>
        SendCheckedAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendCheckedAsync(
        ApiRequest request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        var response = await SendOnceAsync(request, completion, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Unauthorized && credentials.Invalidate())
        {
            response.Dispose();
            response = await SendOnceAsync(request, completion, cancellationToken);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            throw new ApiException(await ReadStatusAsync(response, cancellationToken), request.ToString());
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        ApiRequest request, HttpCompletionOption completion, CancellationToken cancellationToken)
    {
        try
        {
            using var message = Message(request);
            return await http.SendAsync(message, completion, cancellationToken);
        }
        catch (HttpRequestException e) when (request.Method == HttpMethod.Get && IsDeadConnection(e))
        {
            using var message = Message(request);
            return await http.SendAsync(message, completion, cancellationToken);
        }
    }

    private static bool IsDeadConnection(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ResponseEnded or HttpRequestError.HttpProtocolError;

    private HttpRequestMessage Message(ApiRequest request)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(request.Path, UriKind.Relative))
        {
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        if (credentials.Header() is { } header)
        {
            message.Headers.Authorization = header;
        }

        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }

        return message;
    }

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

    private static Uri WithSlash(Uri server) =>
        server.AbsolutePath.EndsWith('/') ? server : new Uri(server.AbsoluteUri + "/");
}

/// <summary>One request; its text form names method and path for error messages.</summary>
internal readonly record struct ApiRequest(HttpMethod Method, string Path)
{
    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    public override string ToString() => $"{Method} /{Path.Split('?')[0]}";
}
