using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Audit;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.Output;

/// <summary>
/// Takes the JSON of one answer and sends it as the client wants it: as it is, compressed when it is large, as YAML. Small
/// answers are sent whole with their length; larger ones part by part, so that a list of any size needs little memory.
/// </summary>
internal sealed class AnswerWriter(HttpContext http, int statusCode, TextForm form) : IBufferWriter<byte>, IDisposable
{
    /// <summary>Smallest answer that is compressed, in bytes.</summary>
    public const int CompressedSizeMin = 128 * 1024;

    private const int PartSize = 64 * 1024;
    private static readonly JsonSerializerOptions Indented = new(KubernetesJson.Options) { WriteIndented = true };
    private readonly ByteBuffer buffer = new();
    private readonly bool compressible = IsCompressible(http.Request);
    private Stream? body;

    /// <summary>Whether enough is there to send a part with <see cref="FlushAsync"/>.</summary>
    public bool IsFull => form == TextForm.Json
        && buffer.Length >= (body is null && compressible ? CompressedSizeMin : PartSize);

    public void Advance(int count) => buffer.Advance(count);

    public Memory<byte> GetMemory(int sizeHint = 0) => buffer.GetMemory(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => buffer.GetSpan(sizeHint);

    /// <summary>Sends what is there; to be called when <see cref="IsFull"/>.</summary>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        body ??= Open();
        if (form == TextForm.Json)
        {
            AuditRecord.NoteAnswer(http, buffer.Written.Span);
        }

        await body.WriteAsync(buffer.Written, cancellationToken);
        buffer.Reset();
    }

    /// <summary>Sends the rest.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellationToken)
    {
        Convert();
        if (body is null && !(compressible && buffer.Length >= CompressedSizeMin))
        {
            http.Response.ContentLength = buffer.Length;
        }

        await FlushAsync(cancellationToken);
        if (body is GZipStream)
        {
            await body.DisposeAsync();
        }
    }

    public void Dispose() => buffer.Dispose();

    private static bool IsCompressible(HttpRequest request)
    {
        if (!HttpMethods.IsGet(request.Method))
        {
            return false;
        }

        var accepted = request.Headers.AcceptEncoding;
        return accepted.Count > 0 && accepted.ToString().Split(',').Any(e => e.Trim() is "gzip" or "gzip;q=1" or "gzip;q=1.0");
    }

    private Stream Open()
    {
        http.Response.StatusCode = statusCode;
        http.Response.ContentType = form == TextForm.Yaml ? "application/yaml" : "application/json";
        if (http.Response.ContentLength is not null || !compressible)
        {
            return http.Response.Body;
        }

        http.Response.Headers.ContentEncoding = "gzip";
        http.Response.Headers.Vary = "Accept-Encoding";
        return new GZipStream(http.Response.Body, CompressionLevel.Fastest, leaveOpen: true);
    }

    private void Convert()
    {
        if (form == TextForm.Json)
        {
            return;
        }

        AuditRecord.NoteAnswer(http, buffer.Written.Span);
        var node = JsonNode.Parse(
            buffer.Written.Span, documentOptions: new() { MaxDepth = KubernetesJson.DepthMax });
        var text = form == TextForm.Yaml ? KubernetesYaml.Write(node) : node!.ToJsonString(Indented) + "\n";
        buffer.Reset();
        Encoding.UTF8.GetBytes(text, buffer);
    }
}

/// <summary>How JSON values are written.</summary>
internal enum TextForm
{
    Json,

    /// <summary>With line ends and indentation, for people.</summary>
    Pretty,
    Yaml,
}
