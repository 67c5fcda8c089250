using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.Pki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hortus.ApiServer.Tests.Webhooks;

/// <summary>A real HTTPS server on loopback with a CA of its own. Each path answers reviews as it is told to.</summary>
internal sealed class WebhookServer : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly ConcurrentDictionary<string, Func<JsonObject, CancellationToken, Task<JsonObject>>> reviews = new();
    private readonly ConcurrentQueue<JsonObject> seen = new();

    private WebhookServer(WebApplication web, string caPem)
    {
        this.web = web;
        CaBundle = Convert.ToBase64String(Encoding.UTF8.GetBytes(caPem));
    }

    /// <summary>The authority in the form of a client configuration.</summary>
    public string CaBundle { get; }

    public int Port { get; private set; }

    /// <summary>All reviews received.</summary>
    public IReadOnlyList<JsonObject> Seen => [.. seen];

    /// <summary>Versions of HTTP in which reviews came.</summary>
    public ConcurrentBag<string> Protocols { get; } = [];

    public static async Task<WebhookServer> StartAsync(params string[] names)
    {
        var authority = CertificateAuthority.Create("hooks", TimeSpan.FromDays(1), TimeProvider.System);
        var pair = authority.Issue(CertificateSpec.Server("hooks", ["127.0.0.1", .. names]));
        var certificate = Pem.ReadKeyPair(pair.CertificatePem, pair.PrivateKeyPem);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.Services.AddSingleton<IHostLifetime, Quiet>();
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(k =>
            k.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        var server = new WebhookServer(builder.Build(), authority.CertificatePem);
        server.web.Run(server.ServeAsync);
        await server.web.StartAsync();
        server.Port = new Uri(server.web.Urls.First()).Port;
        return server;
    }

    /// <summary>Answers reviews at a path; gives the path's URL.</summary>
    public string On(string path, Func<JsonObject, JsonObject> answer)
    {
        reviews[path] = (review, _) => Task.FromResult(answer(review));
        return $"https://127.0.0.1:{Port}{path}";
    }

    /// <summary>Never answers at a path.</summary>
    public string Hang(string path)
    {
        reviews[path] = async (_, token) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            return [];
        };
        return $"https://127.0.0.1:{Port}{path}";
    }

    /// <summary>Allows what the condition likes, and says no to the rest with a message.</summary>
    public string Deny(string path, Func<JsonObject, bool> denied, string message) =>
        On(path, review => denied((JsonObject)review["request"]!)
            ? Answer(review, allowed: false, new JsonObject { ["status"] = new JsonObject { ["message"] = message } })
            : Answer(review, allowed: true));

    /// <summary>Patches every object.</summary>
    public string Patch(string path, Func<JsonObject, string?> patch) => On(path, review =>
        patch((JsonObject)review["request"]!) is { } operations
            ? Answer(review, allowed: true, new JsonObject
            {
                ["patchType"] = "JSONPatch",
                ["patch"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(operations)),
            })
            : Answer(review, allowed: true));

    /// <summary>An answer to a review.</summary>
    public static JsonObject Answer(JsonObject review, bool allowed, JsonObject? more = null)
    {
        var response = new JsonObject { ["uid"] = review["request"]!["uid"]!.ToString(), ["allowed"] = allowed };
        foreach (var (name, value) in more ?? [])
        {
            response[name] = value?.DeepClone();
        }

        return new JsonObject
        {
            ["apiVersion"] = "admission.k8s.io/v1",
            ["kind"] = "AdmissionReview",
            ["response"] = response,
        };
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await web.StopAsync(now.Token);
        await web.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext http)
    {
        var review = (JsonObject)(await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!;
        Protocols.Add(http.Request.Protocol);
        seen.Enqueue((JsonObject)review.DeepClone());
        if (!reviews.TryGetValue(http.Request.Path, out var answer))
        {
            http.Response.StatusCode = 404;
            return;
        }

        var body = await answer(review, http.RequestAborted);
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    }

    private sealed class Quiet : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
