using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;

namespace Hortus.ApiServer.OpenApi;

/// <summary>
/// Documents, made when first asked for, kept compressed, and dropped when nobody has asked for a while: they are large, and most
/// clients read them once.
/// </summary>
internal sealed class DocumentCache(TimeProvider time) : IDisposable
{
    /// <summary>How long a document is kept after it was last asked for.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Round = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<string, Document> documents = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private ITimer? timer;

    /// <summary>Number of documents kept.</summary>
    public int Count => documents.Count;

    /// <summary>Forgets all documents.</summary>
    public void Clear() => documents.Clear();

    /// <summary>Sends a document, compressed when the client takes it so.</summary>
    public async Task WriteAsync(
        HttpContext http, string name, Func<JsonObject> build, CancellationToken cancellationToken)
    {
        var document = documents.GetOrAdd(name, _ => new Document(Compress(build())));
        document.LastUsed = time.GetTimestamp();
        StartTimer();
        var response = http.Response;
        response.StatusCode = 200;
        response.ContentType = "application/json";
        response.Headers.Append("Vary", "Accept-Encoding");
        if (http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            response.Headers.ContentEncoding = "gzip";
            response.ContentLength = document.Compressed.Length;
            await response.Body.WriteAsync(document.Compressed, cancellationToken);
            return;
        }

        await using var plain = new GZipStream(new MemoryStream(document.Compressed), CompressionMode.Decompress);
        await plain.CopyToAsync(response.Body, cancellationToken);
    }

    public void Dispose() => timer?.Dispose();

    private static byte[] Compress(JsonObject document)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            using var writer = new Utf8JsonWriter(gzip, new JsonWriterOptions { Encoder = KubernetesJson.Options.Encoder });
            document.WriteTo(writer, KubernetesJson.Options);
        }

        return compressed.ToArray();
    }

    private void StartTimer()
    {
        if (timer is not null)
        {
            return;
        }

        lock (gate)
        {
            timer ??= time.CreateTimer(_ => DropIdle(), null, Round, Round);
        }
    }

    private void DropIdle()
    {
        foreach (var (name, document) in documents)
        {
            if (time.GetElapsedTime(document.LastUsed) >= Idle)
            {
                documents.TryRemove(name, out _);
            }
        }
    }

    private sealed class Document(byte[] compressed)
    {
        public byte[] Compressed => compressed;

        public long LastUsed { get; set; }
    }
}
