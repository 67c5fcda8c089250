using System.Text.Json.Nodes;
using Hortus.ApiServer.Audit;
using Hortus.ApiServer.Decoding;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Requests;

/// <summary>Reads request bodies.</summary>
public static class RequestBody
{
    /// <summary>Greatest size of a body in bytes.</summary>
    public const int SizeMax = 3 * 1024 * 1024;

    /// <summary>The bytes of the body.</summary>
    /// <exception cref="ApiStatusException">413: larger than <see cref="SizeMax"/>.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > SizeMax)
        {
            throw ApiErrors.TooLarge(SizeMax);
        }

        using var buffer = new MemoryStream((int)(request.ContentLength ?? 4096));
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (buffer.Length + read > SizeMax)
            {
                throw ApiErrors.TooLarge(SizeMax);
            }

            await buffer.WriteAsync(chunk.AsMemory(0, read), cancellationToken);
        }

        var bytes = buffer.ToArray();
        AuditRecord.NoteRequest(request.HttpContext, bytes);
        return bytes;
    }

    /// <summary>The body as an object, in any media type that is read; null when it is empty.</summary>
    /// <exception cref="ApiStatusException">400, 413 or 415.</exception>
    public static async ValueTask<JsonObject?> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(request, cancellationToken);
        return bytes.Length == 0 ? null : RequestDecoder.Decode(bytes.Span, request.ContentType).Object;
    }
}
