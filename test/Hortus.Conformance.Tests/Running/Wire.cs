using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Hortus.Conformance.Tests.Running;

/// <summary>An answer as it came over the wire.</summary>
/// <param name="Code">HTTP status.</param>
/// <param name="Body">The JSON object; empty when the body was none.</param>
/// <param name="Headers">Headers of the answer and of its content.</param>
public sealed record WireAnswer(int Code, JsonObject Body, IReadOnlyDictionary<string, string> Headers)
{
    public string Version => Body["metadata"]!["resourceVersion"]!.ToString();

    public string? Continue => Body["metadata"]?["continue"]?.ToString();

    /// <summary>Names of the items of a list.</summary>
    public IReadOnlyList<string> Names =>
        [.. Body["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString())];
}

/// <summary>Requests without a client library, for what such libraries hide.</summary>
public sealed class Wire(HttpClient http) : IDisposable
{
    public const string MergePatch = "application/merge-patch+json";

    public void Dispose() => http.Dispose();

    public Task<WireAnswer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, null, null, accept);

    public Task<WireAnswer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body, "application/json");

    public Task<WireAnswer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body, "application/json");

    public Task<WireAnswer> PatchAsync(string path, string body, string type = MergePatch) =>
        SendAsync(HttpMethod.Patch, path, body, type);

    public Task<WireAnswer> DeleteAsync(string path, string? body = null) =>
        SendAsync(HttpMethod.Delete, path, body, body is null ? null : "application/json");

    /// <summary>Sends a request with any body and content type.</summary>
    public async Task<WireAnswer> SendAsync(
        HttpMethod method, string path, string? body, string? contentType, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(path.TrimStart('/'), UriKind.Relative));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType!);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase);
        return new WireAnswer((int)response.StatusCode, text.StartsWith('{') ? (JsonObject)JsonNode.Parse(text)! : [], headers);
    }

    /// <summary>Opens a watch; the path has all parameters but <c>watch</c>.</summary>
    public async Task<WireWatch> WatchAsync(string path, string? accept = null)
    {
        var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var request = new HttpRequestMessage(
            HttpMethod.Get, new Uri(path.TrimStart('/') + (path.Contains('?', StringComparison.Ordinal) ? "&" : "?") + "watch=1", UriKind.Relative));
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        ((int)response.StatusCode).ShouldBe(200, path);
        return new WireWatch(response, new StreamReader(await response.Content.ReadAsStreamAsync(deadline.Token)), deadline);
    }
}

/// <summary>An open watch.</summary>
public sealed class WireWatch(HttpResponseMessage response, StreamReader reader, CancellationTokenSource deadline) : IDisposable
{
    /// <summary>The next event.</summary>
    public async Task<JsonObject> NextAsync()
    {
        var line = await reader.ReadLineAsync(deadline.Token) ?? throw new InvalidOperationException("the watch has ended");
        return (JsonObject)JsonNode.Parse(line)!;
    }

    /// <summary>The next event as <c>TYPE name</c>.</summary>
    public async Task<string> NextNameAsync()
    {
        var next = await NextAsync();
        return $"{next["type"]} {next["object"]!["metadata"]?["name"]}".Trim();
    }

    /// <summary>Whether the server has ended it and nothing was left to read.</summary>
    public async Task<bool> HasEndedAsync() => await reader.ReadLineAsync(deadline.Token) is null;

    public void Dispose()
    {
        response.Dispose();
        reader.Dispose();
        deadline.Dispose();
    }
}
