using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Decoding;

/// <summary>A decoded body and the fields that stood in it more than once (the last one counted).</summary>
public sealed record DecodedBody(JsonNode Value, IReadOnlyList<string> DuplicateFields)
{
    /// <summary>The body as it came; empty when nobody kept it.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The body as an object.</summary>
    /// <exception cref="ApiStatusException">It is a list or a scalar: 400.</exception>
    public JsonObject Object => Value as JsonObject
        ?? throw Rejection.BadRequest(
            $"the body must be an object, found {Value.Kind().ToString().ToLowerInvariant()}");
}

/// <summary>Reads request bodies.</summary>
public static class RequestDecoder
{
    /// <summary>Largest body, in bytes.</summary>
    public const int BodyBytesMax = 3 * 1024 * 1024;

    /// <summary>Reads a body of the media type (parameters such as charset are ignored; null means JSON).</summary>
    /// <exception cref="ApiStatusException">400 malformed, 413 too large, 415 unknown media type.</exception>
    public static DecodedBody Decode(ReadOnlySpan<byte> body, string? mediaType)
    {
        if (body.Length > BodyBytesMax)
        {
            throw Rejection.TooLarge($"Request entity too large: limit is {BodyBytesMax}");
        }

        if (MediaTypeOf(mediaType) == "application/vnd.kubernetes.protobuf")
        {
            return new DecodedBody(Protobuf.ProtobufBody.Decode(body), []);
        }

        CheckText(body);
        return MediaTypeOf(mediaType) switch
        {
            "" or "application/json" or "application/json-patch+json" or "application/merge-patch+json"
                or "application/strategic-merge-patch+json" => DecodeJson(body),
            "application/yaml" or "application/apply-patch+yaml" => DecodeYaml(body),
            _ => throw UnknownType(mediaType),
        };
    }

    /// <summary>Refuses media types that only patches have.</summary>
    /// <exception cref="ApiStatusException">415.</exception>
    public static void RequireObjectType(string? mediaType)
    {
        if (MediaTypeOf(mediaType) is "application/json-patch+json" or "application/merge-patch+json"
            or "application/strategic-merge-patch+json" or "application/apply-patch+yaml")
        {
            throw UnknownType(mediaType);
        }
    }

    private static ApiStatusException UnknownType(string? mediaType) => Rejection.UnsupportedMediaType(
        $"the body of the request was in an unknown format: {mediaType}; "
        + "accepted media types include: application/json, application/yaml");

    private static string MediaTypeOf(string? header)
    {
        var end = header?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        return (end < 0 ? header ?? "" : header![..end]).Trim().ToLowerInvariant();
    }

    private static void CheckText(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith("\uFEFF"u8))
        {
            throw Rejection.BadRequest(
                "the body starts with a byte order mark at line 1, position 1: send UTF-8 without it");
        }

        if (!Utf8.IsValid(body))
        {
            var at = InvalidByte(body);
            var line = body[..at].Count((byte)'\n') + 1;
            var position = at - body[..at].LastIndexOf((byte)'\n');
            throw Rejection.BadRequest($"the body is not UTF-8: bad byte at line {line}, position {position}");
        }
    }

    private static int InvalidByte(ReadOnlySpan<byte> body)
    {
        var at = 0;
        while (at < body.Length
            && Rune.DecodeFromUtf8(body[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static DecodedBody DecodeJson(ReadOnlySpan<byte> body)
    {
        try
        {
            var root = JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = KubernetesJson.DepthMax });
            return JsonTreeReader.Read(root);
        }
        catch (JsonException error)
        {
            throw Rejection.BadRequest(
                $"the body is not valid JSON at line {error.LineNumber + 1}, "
                + $"position {error.BytePositionInLine + 1}: {Detail(error)}");
        }
        catch (InvalidOperationException)
        {
            // The reader checks escapes only when a text is asked for.
            throw Rejection.BadRequest("the body is not valid JSON: a \\u escape stands for half a character");
        }
    }

    private static DecodedBody DecodeYaml(ReadOnlySpan<byte> body)
    {
        if (body.TrimStart(" \t\r\n"u8).StartsWith("{"u8) && TryDecodeJson(body) is { } json)
        {
            // Clients send JSON as YAML more often than not, and reading it as JSON is many times faster.
            return json;
        }

        try
        {
            var faults = new List<string>();
            var value = KubernetesYaml.Parse(Encoding.UTF8.GetString(body), faults);
            return new DecodedBody(value, [.. faults.Select(DuplicatePath).Distinct(StringComparer.Ordinal)]);
        }
        catch (YamlFormatException error)
        {
            throw Rejection.BadRequest($"the body is not valid YAML: {error.Message}");
        }
    }

    private static DecodedBody? TryDecodeJson(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonTreeReader.Read(
                JsonElement.Parse(body, new JsonDocumentOptions { MaxDepth = KubernetesJson.DepthMax }));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>The field path at the start of the reader's message about a key that occurs twice.</summary>
    private static string DuplicatePath(string fault)
    {
        var end = fault.IndexOf(": key \"", StringComparison.Ordinal);
        return end < 0 ? fault : fault[..end];
    }

    private static string Detail(JsonException error)
    {
        var end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var text = (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.', ' ');
        return text.Length == 0 ? text : char.ToLowerInvariant(text[0]) + text[1..];
    }
}
