using Hortus.ApiServer.Selectors;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Requests;

/// <summary>Derives what a request addresses from its method, path and query, by the URL grammar of Kubernetes.</summary>
internal static class RequestInfoParser
{
    private static readonly HashSet<string> NamespaceSubresources = new(StringComparer.Ordinal) { "status", "finalize" };

    /// <summary>Parses a request; paths outside of <c>/api/V</c> and <c>/apis/G/V</c> are no resources.</summary>
    public static RequestInfo Parse(HttpRequest request)
    {
        var path = request.Path.Value ?? "/";
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var info = new RequestInfo { Path = path, Verb = request.Method.ToLowerInvariant() };
        var isCore = parts.Length > 0 && parts[0] == "api";
        var prefixLength = isCore ? 2 : 3;
        if (parts.Length <= prefixLength || (!isCore && parts[0] != "apis"))
        {
            return info;
        }

        var rest = parts.AsSpan(prefixLength);
        var isWatchPath = rest[0] == "watch" && rest.Length > 1;
        if (isWatchPath)
        {
            rest = rest[1..];
        }

        info = info with
        {
            IsResource = true,
            Group = isCore ? "" : parts[1],
            Version = parts[prefixLength - 1],
        };
        info = WithResource(info, rest);
        info = info with { Verb = VerbOf(request, info, isWatchPath) };
        return info.Verb is "list" or "watch" or "deletecollection"
            && request.Query["fieldSelector"].ToString() is { Length: > 0 } selector
            ? info with { SelectedFields = FieldSelector.Equalities(selector) }
            : info;
    }

    private static RequestInfo WithResource(RequestInfo info, ReadOnlySpan<string> rest)
    {
        if (rest[0] == "namespaces" && rest.Length > 1)
        {
            info = info with { Namespace = rest[1] };
            var isSubresource = rest.Length == 3 && info.Group.Length == 0 && NamespaceSubresources.Contains(rest[2]);
            if (rest.Length > 2 && !isSubresource)
            {
                rest = rest[2..];
            }
            else if (info.Group.Length == 0)
            {
                return info with { Resource = "namespaces", Name = rest[1], Subresource = isSubresource ? rest[2] : "" };
            }
        }

        return info with
        {
            Resource = rest[0],
            Name = rest.Length > 1 ? rest[1] : null,
            Subresource = rest.Length > 2 ? rest[2] : "",
            SubresourcePath = rest.Length > 3 ? string.Join('/', rest[3..]!) : "",
        };
    }

    private static string VerbOf(HttpRequest request, RequestInfo info, bool isWatchPath) => request.Method switch
    {
        "GET" or "HEAD" when isWatchPath || (info.Name is null && IsTrue(request.Query["watch"])) => "watch",
        "GET" or "HEAD" => info.Name is null ? "list" : "get",
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => info.Name is null ? "deletecollection" : "delete",
        _ => request.Method.ToLowerInvariant(),
    };

    private static bool IsTrue(string? value) => value is "1" or "true" or "True" or "TRUE" or "t" or "T";
}
