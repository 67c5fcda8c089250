using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.ResourceManager.Target;

/// <summary>Compares objects by digest.</summary>
internal static class TreeDigests
{
    /// <summary>A digest of what an object declares: everything but metadata and status.</summary>
    public static UInt128 OfBody(JsonObject value) => Digest(value, ["metadata", "status", "apiVersion"]);

    /// <summary>A digest of the metadata that a manager declares: labels, annotations, owners.</summary>
    public static UInt128 OfMetadata(JsonObject value) => Digest(
        new JsonObject
        {
            ["labels"] = value.At("metadata", "labels")?.DeepClone(),
            ["annotations"] = value.At("metadata", "annotations")?.DeepClone(),
            ["owners"] = value.At("metadata", "ownerReferences")?.DeepClone(),
            ["deleted"] = value.At("metadata", "deletionTimestamp")?.DeepClone(),
        },
        []);

    private static UInt128 Digest(JsonObject value, ReadOnlySpan<string> without)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (key, field) in value.OrderBy(f => f.Key, StringComparer.Ordinal))
            {
                if (!without.Contains(key) && field is not null)
                {
                    writer.WritePropertyName(key);
                    Write(writer, field);
                }
            }

            writer.WriteEndObject();
        }

        return BitConverter.ToUInt128(SHA256.HashData(buffer.WrittenSpan));
    }

    // Servers give fields in any order; a digest must not depend on it.
    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject map:
                writer.WriteStartObject();
                foreach (var (key, field) in map.OrderBy(f => f.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(key);
                    Write(writer, field);
                }

                writer.WriteEndObject();
                break;
            case JsonArray list:
                writer.WriteStartArray();
                foreach (var item in list)
                {
                    Write(writer, item);
                }

                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
