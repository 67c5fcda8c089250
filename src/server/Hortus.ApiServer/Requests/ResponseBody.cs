using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Output;
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

    /// <summary>Writes JSON bytes, in the text form the client accepts.</summary>
    public static async Task WriteAsync(
        HttpContext http, int statusCode, ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        using var answer = new AnswerWriter(http, statusCode, OutputFormat.TextOf(http.Request));
        answer.Write(json.Span);
        await answer.CompleteAsync(cancellationToken);
    }
}
