using System.Buffers;
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

    private const int LengthUnknown = 8 * 1024;

    /// <summary>The bytes of the body.</summary>
    /// <exception cref="ApiStatusException">413: larger than <see cref="SizeMax"/>.</exception>
    public static async ValueTask<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > SizeMax)
        {
            throw ApiErrors.TooLarge(SizeMax);
        }

        // The usual body says how long it is; one byte more than that lets the read at the end find the end.
        var buffer = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? LengthUnknown) + 1);
        try
        {
            var length = 0;
            int read;
            while ((read = await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
            {
                length += read;
                if (length > SizeMax)
                {
                    throw ApiErrors.TooLarge(SizeMax);
                }

                if (length == buffer.Length)
                {
                    buffer = Grow(buffer);
                }
            }

            var bytes = buffer.AsSpan(0, length).ToArray();
            AuditRecord.NoteRequest(request.HttpContext, bytes);
            return bytes;
        }
        finally
        {
            // Bodies hold secrets.
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>The body as an object, in any media type that is read; null when it is empty.</summary>
    /// <exception cref="ApiStatusException">400, 413 or 415.</exception>
    public static async ValueTask<JsonObject?> ReadObjectAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var bytes = await ReadBytesAsync(request, cancellationToken);
        return bytes.Length == 0 ? null : RequestDecoder.Decode(bytes.Span, request.ContentType).Object;
    }

    private static byte[] Grow(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * full.Length);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full, clearArray: true);
        return larger;
    }
}
