using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Requests;

/// <summary>Writes answers.</summary>
public static class ResponseBody
{
    /// <summary>Writes a JSON object.</summary>
    public static Task WriteAsync(HttpContext http, int statusCode, JsonNode answer, CancellationToken cancellationToken) =>
        WriteAsync(http, statusCode, JsonSerializer.SerializeToUtf8Bytes(answer, KubernetesJson.Options), cancellationToken);

    /// <summary>Writes a Status.</summary>
    public static Task WriteAsync(HttpContext http, Status status, CancellationToken cancellationToken)
    {
        if (status.Details?.RetryAfterSeconds is { } seconds)
        {
            http.Response.Headers.RetryAfter = seconds.ToString();
        }

        return WriteAsync(http, status.Code ?? 200, KubernetesJson.Serialize(status), cancellationToken);
    }

    /// <summary>Writes JSON bytes.</summary>
    public static async Task WriteAsync(
        HttpContext http, int statusCode, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        http.Response.StatusCode = statusCode;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = json.Length;
        await http.Response.Body.WriteAsync(json, cancellationToken);
    }
}
