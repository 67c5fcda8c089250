using System.Collections.Frozen;
using Hortus.ApiServer.Discovery;
using Hortus.ApiServer.OpenApi;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Hosting;

/// <summary>Serves the paths that are no resources.</summary>
internal sealed class PathHandler(
    IReadOnlyDictionary<string, RequestDelegate> handlers, OpenApiHandler openApi, DiscoveryHandler discovery)
{
    private readonly FrozenDictionary<string, RequestDelegate> handlers =
        handlers.ToFrozenDictionary(p => p.Key, p => p.Value, StringComparer.Ordinal);

    /// <summary>Serves one request.</summary>
    /// <exception cref="ApiStatusException">404 below <c>/api</c>: no such path.</exception>
    public async Task HandleAsync(HttpContext http, RequestInfo info, CancellationToken cancellationToken)
    {
        var path = info.Path.TrimEnd('/') is { Length: > 0 } trimmed ? trimmed : "/";
        if (handlers.TryGetValue(path, out var handler) || handlers.TryGetValue(FirstPart(path), out handler))
        {
            await handler(http);
            return;
        }

        if (await openApi.TryHandleAsync(http, path, cancellationToken)
            || await discovery.TryHandleAsync(http, path, cancellationToken))
        {
            return;
        }

        if (path.StartsWith("/api", StringComparison.Ordinal))
        {
            throw ApiErrors.UnknownResource();
        }

        http.Response.StatusCode = 404;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync("404 page not found\n", cancellationToken);
    }

    // Health checks have one path per check: /readyz/ping.
    private static string FirstPart(string path)
    {
        var slash = path.IndexOf('/', 1);
        return slash > 0 && path[..slash] is "/healthz" or "/livez" or "/readyz" ? path[..slash] : path;
    }
}
