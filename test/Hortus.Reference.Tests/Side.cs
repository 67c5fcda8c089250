using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Reference.Tests;

/// <summary>One of the two servers.</summary>
public sealed class Side : IDisposable
{
    private readonly HttpClient http;

    public Side(int port, bool isOld)
    {
        IsOld = isOld;
        var handler = new SocketsHttpHandler { UseProxy = false, UseCookies = false };
        handler.SslOptions.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
        http = new HttpClient(handler) { BaseAddress = new Uri($"https://127.0.0.1:{port}") };
    }

    /// <summary>Whether it serves kinds in the versions of 1.20.</summary>
    public bool IsOld { get; }

    /// <summary>Waits for the first 200 of <c>/readyz</c>.</summary>
    public async Task WaitReadyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var answer = await SendAsync(HttpMethod.Get, "/readyz", null, null, new Step("GET", "/readyz"), cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Makes the custom resource of the cases and waits until it is served.</summary>
    public async Task DefineAsync(CancellationToken cancellationToken)
    {
        var definition = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "Cases", "things.yaml"), cancellationToken);
        using var made = await SendAsync(
            HttpMethod.Post, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition, "application/yaml",
            new Step("POST", "/"), cancellationToken);
        made.EnsureSuccessStatusCode();
        while (true)
        {
            using var answer = await SendAsync(
                HttpMethod.Get, "/apis/things.test/v1/things", null, null, new Step("GET", "/"), cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Sends a request as a step says.</summary>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, string? body, string? mediaType, Step step, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", step.User + "-token");
        request.Headers.TryAddWithoutValidation("User-Agent", step.Agent);
        request.Headers.TryAddWithoutValidation("Accept", step.Accept);
        if (body is not null)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.Remove("Content-Type");
            request.Content.Headers.TryAddWithoutValidation("Content-Type", step.MediaType ?? mediaType);
        }

        return await http.SendAsync(request, cancellationToken);
    }

    /// <summary>Reads an answer as JSON; a stream becomes a list, other text a text.</summary>
    public static async Task<JsonNode?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // A stream, or no JSON at all.
        }

        try
        {
            var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return new JsonArray([.. lines.Select(line => JsonNode.Parse(line))]);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    public void Dispose() => http.Dispose();
}
