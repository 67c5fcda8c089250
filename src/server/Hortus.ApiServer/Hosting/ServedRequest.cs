using Hortus.ApiServer.Audit;
using Hortus.ApiServer.Requests;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Hosting;

/// <summary>A request on its way through the pipeline.</summary>
/// <param name="http">The request.</param>
/// <param name="info">What it addresses.</param>
/// <param name="start">When it came, as a timestamp of the clock.</param>
internal sealed class ServedRequest(HttpContext http, RequestInfo info, long start)
{
    public HttpContext Http => http;

    public RequestInfo Info => info;

    public long Start => start;

    /// <summary>Null when the policy wants nothing of this request.</summary>
    public AuditRecord? Audit { get; set; }

    /// <summary>Whether it lasts for as long as the client wants: it has no deadline and is not counted as in flight.</summary>
    public bool IsLongRunning { get; } = info.IsResource
        && (info.Verb == "watch" || info.Subresource is "exec" or "attach" or "portforward" or "proxy" or "log");

    /// <summary>A health check, which has to be answered however busy the server is.</summary>
    public bool IsProbe { get; } = !info.IsResource
        && (info.Path.StartsWith("/readyz", StringComparison.Ordinal) || info.Path.StartsWith("/livez", StringComparison.Ordinal)
            || info.Path.StartsWith("/healthz", StringComparison.Ordinal));

    /// <summary>The verb as metrics call it.</summary>
    public string Verb => info.Verb switch
    {
        "get" => "GET",
        "list" => "LIST",
        "watch" => "WATCH",
        "create" when IsLongRunning => "CONNECT",
        "create" => "POST",
        "update" => "PUT",
        "patch" => http.Request.ContentType?.StartsWith("application/apply-patch", StringComparison.Ordinal) == true
            ? "APPLY"
            : "PATCH",
        "delete" => "DELETE",
        "deletecollection" => "DELETECOLLECTION",
        "post" => "POST",
        "head" => "GET",
        _ => "OTHER",
    };

    public string DryRun => http.Request.QueryString.HasValue && http.Request.Query["dryRun"] == "All" ? "All" : "";
}
