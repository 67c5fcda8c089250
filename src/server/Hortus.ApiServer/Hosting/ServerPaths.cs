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

    /// <summary>Answers a probe: all checks but those that <c>exclude</c> names, or the one that the path names.</summary>
    private async Task WriteHealthAsync(HttpContext http, string name, bool isReadiness)
    {
        var checks = await CheckAsync(http, isReadiness);
        var path = http.Request.Path.Value!.Trim('/');
        if (path.Length > name.Length)
        {
            checks = [.. checks.Where(c => c.Name == path[(name.Length + 1)..])];
            if (checks.Count == 0)
            {
                http.Response.StatusCode = 404;
                await http.Response.WriteAsync("404 page not found\n", http.RequestAborted);
                return;
            }
        }

        var excluded = http.Request.Query["exclude"];
        var hasFailed = checks.Any(c => c.Fault is not null && !excluded.Contains(c.Name));
        var text = new StringBuilder();
        if (hasFailed || http.Request.Query.ContainsKey("verbose"))
        {
            foreach (var (check, fault) in checks)
            {
                text.Append(excluded.Contains(check) ? $"[+]{check} excluded: ok\n"
                    : fault is null ? $"[+]{check} ok\n"
                    : $"[-]{check} failed: {fault}\n");
            }

            text.Append($"{name} check {(hasFailed ? "failed" : "passed")}\n");
        }
        else
        {
            text.Append("ok");
        }

        http.Response.StatusCode = hasFailed ? 500 : 200;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text.ToString(), http.RequestAborted);
    }

    private async Task<List<(string Name, string? Fault)>> CheckAsync(HttpContext http, bool isReadiness)
    {
        // A server that can only read is no place for new clients, but a restart would not help it.
        var fault = await StoreFaultAsync(http) ?? (isReadiness ? store.WriteFailure : null);
        List<(string, string?)> checks = [("ping", null), ("store", fault)];
        if (isReadiness)
        {
            checks.Add(("shutdown", draining.IsCancellationRequested ? "the server is stopping" : null));
            checks.AddRange(Checks.Select(check => (check.Key, check.Value())));
        }

        return checks;
    }

    private async Task<string?> StoreFaultAsync(HttpContext http)
    {
        try
        {
            var timeout = services.Options.EtcdHealthcheckTimeout;
            using var deadline = new CancellationTokenSource(timeout, services.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, http.RequestAborted);
            await store.GetRevisionAsync(either.Token);
            return null;
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            return "it did not answer in time";
        }
        catch (Storage.StoreException e)
        {
            return e.Message;
        }
    }
}
