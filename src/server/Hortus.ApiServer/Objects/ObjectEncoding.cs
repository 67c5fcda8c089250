using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Output;
using Hortus.Objects;

namespace Hortus.ApiServer.Objects;

/// <summary>
/// The form in which objects are stored: JSON that starts with apiVersion, kind and a metadata that is never empty and has no
/// resourceVersion.
/// </summary>
internal static class ObjectEncoding
{
    // Less than is read: answers put objects into lists and events.
    private const int StoredDepthMax = KubernetesJson.DepthMax - 8;

    private static readonly JsonWriterOptions WriterOptions = new()
    {
        Encoder = KubernetesJson.Options.Encoder,
        MaxDepth = StoredDepthMax,
        SkipValidation = true,
    };

    private static readonly JsonDocumentOptions ReaderOptions = new() { MaxDepth = KubernetesJson.DepthMax };

    /// <summary>The bytes to store. The object must have apiVersion, kind and metadata.name.</summary>
    /// <exception cref="Requests.ApiStatusException">400: it is nested too deep.</exception>
    public static byte[] Encode(JsonObject root)
    {
        try
        {
            return Write(root);
        }
        catch (InvalidOperationException e)
        {
            throw Requests.ApiErrors.BadRequest($"the object is nested deeper than {StoredDepthMax} levels: {e.Message}");
        }
    }

    private static byte[] Write(JsonObject root)
    {
        using var buffer = new ByteBuffer();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            WriteProperty(writer, "apiVersion", root["apiVersion"]);
            WriteProperty(writer, "kind", root["kind"]);
            writer.WritePropertyName("metadata");
            writer.WriteStartObject();
            foreach (var (name, value) in root["metadata"] as JsonObject ?? [])
            {
                if (name is not "resourceVersion" and not "selfLink")
                {
                    WriteProperty(writer, name, value);
                }
            }

            writer.WriteEndObject();
            foreach (var (name, value) in root)
            {
                if (name is not "apiVersion" and not "kind" and not "metadata")
                {
                    WriteProperty(writer, name, value);
                }
            }

            writer.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }

    /// <summary>Reads stored bytes.</summary>
    public static JsonObject Parse(ReadOnlySpan<byte> json) =>
        JsonNode.Parse(json, documentOptions: ReaderOptions) as JsonObject
            ?? throw new JsonException("a stored value is not an object");

    /// <summary>Finds where the apiVersion's text ends and where the first field of metadata starts, if the bytes have the
    /// stored form.</summary>
    public static bool TryLocate(ReadOnlySpan<byte> json, out int apiVersionEnd, out int metadataStart)
    {
        apiVersionEnd = 0;
        metadataStart = 0;
        var start = "{\"apiVersion\":\""u8;
        if (!json.StartsWith(start))
        {
            return false;
        }

        apiVersionEnd = start.Length + json[start.Length..].IndexOf((byte)'"');
        var kind = "\",\"kind\":\""u8;
        if (!json[apiVersionEnd..].StartsWith(kind))
        {
            return false;
        }

        var kindStart = apiVersionEnd + kind.Length;
        var kindEnd = kindStart + json[kindStart..].IndexOf((byte)'"');
        var metadata = "\",\"metadata\":{"u8;
        if (!json[kindEnd..].StartsWith(metadata))
        {
            return false;
        }

        metadataStart = kindEnd + metadata.Length;
        return json[metadataStart] == '"' && !HasResourceVersion(json[metadataStart..]);
    }

    /// <summary>Reads labels from bytes that start at the first field of metadata.</summary>
    public static IReadOnlyDictionary<string, string> ReadLabels(ReadOnlySpan<byte> metadataFields)
    {
        if (!TryFindField(metadataFields, "labels"u8, out var reader) || reader.TokenType != JsonTokenType.StartObject)
        {
            return ImmutableDictionary<string, string>.Empty;
        }

        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                labels[name] = reader.GetString()!;
            }
            else
            {
                // Not Skip: the reader does not know that all is there.
                _ = reader.TrySkip();
            }
        }

        return labels;
    }

    /// <summary>Where metadata ends, its closing brace included.</summary>
    public static int MetadataEnd(ReadOnlySpan<byte> json, int metadataStart)
    {
        var reader = new Utf8JsonReader(json[(metadataStart - 1)..], new JsonReaderOptions { MaxDepth = KubernetesJson.DepthMax });
        reader.Read();
        reader.Skip();
        return metadataStart - 1 + (int)reader.BytesConsumed;
    }

    private static bool HasResourceVersion(ReadOnlySpan<byte> metadataFields) =>
        TryFindField(metadataFields, "resourceVersion"u8, out _);

    private static bool TryFindField(ReadOnlySpan<byte> fields, ReadOnlySpan<byte> wanted, out Utf8JsonReader reader)
    {
        // The reader needs a whole value: it is told that it stands inside an object by its state after "{".
        var limits = new JsonReaderOptions { MaxDepth = KubernetesJson.DepthMax };
        var opening = new Utf8JsonReader("{"u8, isFinalBlock: false, new JsonReaderState(limits));
        opening.Read();
        reader = new Utf8JsonReader(fields, isFinalBlock: false, opening.CurrentState);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(wanted);
            reader.Read();
            if (found)
            {
                return true;
            }

            if (!reader.TrySkip())
            {
                return false;
            }
        }

        return false;
    }

    private static void WriteProperty(Utf8JsonWriter writer, string name, JsonNode? value)
    {
        writer.WritePropertyName(name);
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer, KubernetesJson.Options);
        }
    }
}
