using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Metrics;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Hosting;

/// <summary>The paths that are no resources: health, version, the list of paths.</summary>
internal sealed class ServerPaths(
    ObjectStore store, ApiServerServices services, ServerMetrics metrics, CancellationToken draining)
{
    /// <summary>The Kubernetes version this server is compatible with.</summary>
    public const string Version = "v1.35.0+hortus";

    /// <summary>Why the server is not ready, by the name of the check; null is ready.</summary>
    public IReadOnlyDictionary<string, Func<string?>> Checks { get; init; } = new Dictionary<string, Func<string?>>();

    /// <summary>Handlers by path.</summary>
    public Dictionary<string, RequestDelegate> Create(IEnumerable<string> more)
    {
        var handlers = new Dictionary<string, RequestDelegate>(StringComparer.Ordinal)
        {
            ["/healthz"] = http => WriteHealthAsync(http, "healthz", isReadiness: false),
            ["/livez"] = http => WriteHealthAsync(http, "livez", isReadiness: false),
            ["/readyz"] = http => WriteHealthAsync(http, "readyz", isReadiness: true),
            ["/version"] = WriteVersionAsync,
            ["/metrics"] = WriteMetricsAsync,
        };
        string[] all =
        [
            .. handlers.Keys.Concat(more).Concat(["/api", "/api/v1", "/apis", "/openapi/v2", "/openapi/v3"])
                .Order(StringComparer.Ordinal),
        ];
        handlers["/"] = http => ResponseBody.WriteAsync(
            http, 200, new JsonObject { ["paths"] = new JsonArray([.. all.Select(p => (JsonNode)p)]) }, http.RequestAborted);
        return handlers;
    }

    private async Task WriteMetricsAsync(HttpContext http)
    {
        var text = await metrics.RenderAsync(services.Registry, store, http.RequestAborted);
        http.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }

    private static Task WriteVersionAsync(HttpContext http) => ResponseBody.WriteAsync(
        http,
        200,
        new JsonObject
        {
            ["major"] = "1",
            ["minor"] = "35",
            ["emulationMajor"] = "1",
            ["emulationMinor"] = "35",
            ["minCompatibilityMajor"] = "1",
            ["minCompatibilityMinor"] = "34",
            ["gitVersion"] = Version,
            ["gitCommit"] = "",
            ["gitTreeState"] = "clean",
            ["buildDate"] = "1970-01-01T00:00:00Z",
            ["goVersion"] = "none",
            ["compiler"] = "dotnet",
            ["platform"] = "linux/" + RuntimeInformation.ProcessArchitecture switch
            {
                Architecture.X64 => "amd64",
                var other => other.ToString().ToLowerInvariant(),
            },
        },
        http.RequestAborted);

    private async Task WriteHealthAsync(HttpContext http, string name, bool isReadiness)
    {
        var failures = new List<string>();
        try
        {
            var timeout = services.Options.EtcdHealthcheckTimeout;
            using var deadline = new CancellationTokenSource(timeout, services.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, http.RequestAborted);
            await store.GetRevisionAsync(either.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            failures.Add("[-]store failed: it did not answer in time");
        }
        catch (Storage.StoreException e)
        {
            failures.Add($"[-]store failed: {e.Message}");
        }

        // A server that can only read is no place for new clients, but a restart would not help it.
        if (isReadiness && failures.Count == 0 && store.WriteFailure is { } failure)
        {
            failures.Add($"[-]store failed: {failure}");
        }

        if (isReadiness && draining.IsCancellationRequested)
        {
            failures.Add("[-]shutdown failed: the server is stopping");
        }

        if (isReadiness)
        {
            failures.AddRange(from check in Checks
                              let fault = check.Value()
                              where fault is not null
                              select $"[-]{check.Key} failed: {fault}");
        }

        var text = new StringBuilder();
        if (failures.Count > 0 || http.Request.Query.ContainsKey("verbose"))
        {
            text.Append("[+]ping ok\n");
            text.AppendJoin('\n', failures.Count > 0 ? failures : ["[+]store ok"]);
            text.Append($"\n{name} check {(failures.Count > 0 ? "failed" : "passed")}\n");
        }
        else
        {
            text.Append("ok");
        }

        http.Response.StatusCode = failures.Count > 0 ? 500 : 200;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
    }
}
