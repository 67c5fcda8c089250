using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Testing;

namespace Hortus.ApiServer.Tests.Rest;

/// <summary>One server for the tests of a class, with requests in short form. Every test uses its own names.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private InProcessApiServer? server;

    public InProcessApiServer Server => server ?? throw new InvalidOperationException("the server is not started");

    public async Task InitializeAsync()
    {
        using var deadline = Deadline();
        server = await InProcessApiServer.StartAsync(deadline.Token);
    }

    public async Task DisposeAsync() => await Server.DisposeAsync();

    /// <summary>A time limit for one test.</summary>
    public static CancellationTokenSource Deadline() => new(TimeSpan.FromSeconds(30), TimeProvider.System);

    /// <summary>Sends a request; the body is JSON text.</summary>
    public async Task<Answer> SendAsync(
        HttpMethod method, string path, string? body = null, string mediaType = "application/json", string? accept = null)
    {
        using var deadline = Deadline();
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        }

        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await Server.Client.SendAsync(request, deadline.Token);
        var text = await response.Content.ReadAsStringAsync(deadline.Token);
        return new Answer(
            response.StatusCode,
            text.StartsWith('{') ? (JsonObject)JsonNode.Parse(text)! : [],
            response.Headers.TryGetValues("Warning", out var warnings) ? [.. warnings] : [],
            response.Content.Headers.ContentType?.ToString() ?? "");
    }

    public Task<Answer> GetAsync(string path, string? accept = null) => SendAsync(HttpMethod.Get, path, accept: accept);

    public Task<Answer> PostAsync(string path, string body) => SendAsync(HttpMethod.Post, path, body);

    public Task<Answer> PutAsync(string path, string body) => SendAsync(HttpMethod.Put, path, body);

    public Task<Answer> DeleteAsync(string path, string? body = null) => SendAsync(HttpMethod.Delete, path, body);

    public Task<Answer> MergeAsync(string path, string body) =>
        SendAsync(HttpMethod.Patch, path, body, "application/merge-patch+json");

    /// <summary>A ConfigMap body.</summary>
    public static string ConfigMap(string name, string value = "1", string metadata = "") =>
        $$$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{{name}}}"{{{metadata}}}},"data":{"key":"{{{value}}}"}}""";
}

/// <summary>An answer of the server.</summary>
public sealed record Answer(HttpStatusCode Code, JsonObject Body, IReadOnlyList<string> Warnings, string ContentType)
{
    public string Message => Body["message"]?.ToString() ?? "";

    public string Reason => Body["reason"]?.ToString() ?? "";

    public string Name => Body["metadata"]?["name"]?.ToString() ?? "";

    public string Version => Body["metadata"]?["resourceVersion"]?.ToString() ?? "";

    public IReadOnlyList<string> ItemNames =>
        [.. Body["items"]!.AsArray().Select(i => i!["metadata"]!["name"]!.ToString())];
}
