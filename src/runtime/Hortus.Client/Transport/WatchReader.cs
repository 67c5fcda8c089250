using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>Reads a watch: one JSON object per line, however the network cuts it.</summary>
internal static class WatchReader
{
    /// <summary>Longest event in bytes: well above the size limit of an object (1.5 MiB in etcd).</summary>
    private const int EventMax = 16 * 1024 * 1024;

    public static async IAsyncEnumerable<WatchEvent<T>> ReadAsync<T>(
        Stream stream,
        string request,
        Func<JsonElement, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(cancellationToken);
                var buffer = result.Buffer;
                while (TakeLine(ref buffer, result.IsCompleted, out var line))
                {
                    if (Parse(line, request, read) is { } change)
                    {
                        yield return change;
                    }
                }

                if (buffer.Length > EventMax)
                {
                    throw new HttpRequestException($"{request}: a watch event is longer than {EventMax} bytes");
                }

                reader.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    yield break;
                }
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static bool TakeLine(ref ReadOnlySequence<byte> buffer, bool isLast, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is { } end)
        {
            line = buffer.Slice(0, end);
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }

        line = buffer;
        if (!isLast || buffer.IsEmpty)
        {
            return false;
        }

        buffer = buffer.Slice(buffer.End);
        return true;
    }

    private static WatchEvent<T>? Parse<T>(ReadOnlySequence<byte> line, string request, Func<JsonElement, T> read)
    {
        if (line.Length <= 1)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(
                line, new JsonDocumentOptions { MaxDepth = KubernetesJson.DepthMax });
            var type = document.RootElement.GetProperty("type").GetString();
            var value = document.RootElement.GetProperty("object");
            return type switch
            {
                "ADDED" => new WatchEvent<T>(WatchEventType.Added, read(value)),
                "MODIFIED" => new WatchEvent<T>(WatchEventType.Modified, read(value)),
                "DELETED" => new WatchEvent<T>(WatchEventType.Deleted, read(value)),
                "BOOKMARK" => new WatchEvent<T>(WatchEventType.Bookmark, read(value)),
                "ERROR" => throw new ApiException(
                    value.Deserialize<Status>(KubernetesJson.Options) ?? new Status { Message = "watch error" },
                    request),
                _ => throw new HttpRequestException($"{request}: unknown watch event type \"{type}\""),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new HttpRequestException($"{request}: broken watch event: {e.Message}", e);
        }
    }

    /// <summary>Reads the object as it is, with the common fields parsed.</summary>
    public static DynamicObject ReadDynamic(JsonElement value)
    {
        var json = (JsonObject)JsonNode.Parse(value.GetRawText())!;
        return new DynamicObject
        {
            ApiVersion = json["apiVersion"]?.GetValue<string>() ?? "",
            Kind = json["kind"]?.GetValue<string>() ?? "",
            Metadata = json["metadata"] is JsonObject metadata
                ? KubernetesJson.Deserialize<ObjectMeta>(metadata)
                : new ObjectMeta(),
            Json = json,
        };
    }
}
