using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Decoding.Protobuf;

/// <summary>
/// Reads <c>application/vnd.kubernetes.protobuf</c> bodies, which Go clients send for built-in kinds: <c>kubectl create</c> and
/// <c>kubectl auth</c> do so and do not fall back to JSON. The result is what the same client would have sent as JSON.
/// </summary>
internal static class ProtobufBody
{
    /// <summary>The media type.</summary>
    public const string MediaType = "application/vnd.kubernetes.protobuf";

    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>Reads a body.</summary>
    /// <exception cref="Requests.ApiStatusException">400: malformed; 415: the kind is not known in protobuf.</exception>
    public static JsonObject Decode(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
        {
            throw Rejection.BadRequest("the body is not protobuf of Kubernetes: it does not start with \"k8s\" and a zero");
        }

        try
        {
            return Envelope(body[Magic.Length..]);
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            throw Rejection.BadRequest($"the body is not valid protobuf: {e.Message}");
        }
    }

    private static JsonObject Envelope(ReadOnlySpan<byte> envelope)
    {
        var (apiVersion, kind) = ("", "");
        ReadOnlySpan<byte> raw = default;
        var reader = new ProtobufReader(envelope);
        while (reader.Next())
        {
            if (reader.Number == 1)
            {
                var type = new ProtobufReader(reader.Bytes);
                while (type.Next())
                {
                    (apiVersion, kind) = type.Number == 1 ? (type.Text(), kind) : (apiVersion, type.Text());
                }
            }
            else if (reader.Number == 2)
            {
                raw = reader.Bytes;
            }
        }

        var fields = ProtobufFields.OfKind(apiVersion, kind) ?? throw Rejection.UnsupportedMediaType(
            $"{kind} of {apiVersion} cannot be sent as {MediaType}; send application/json");
        var result = new JsonObject { ["apiVersion"] = apiVersion, ["kind"] = kind };
        Fill(result, raw, fields, 0);
        return result;
    }

    private static void Fill(
        JsonObject target, ReadOnlySpan<byte> message, IReadOnlyDictionary<int, ProtobufField> fields, int depth)
    {
        if (depth > KubernetesJson.DepthMax)
        {
            throw new FormatException($"messages are nested deeper than {KubernetesJson.DepthMax}");
        }

        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (!fields.TryGetValue(reader.Number, out var field))
            {
                // A field of a newer client: JSON with an unknown field would be pruned as well.
                continue;
            }

            if (field.IsInline)
            {
                Fill(target, reader.Bytes, ProtobufFields.Message(field.Type), depth + 1);
            }
            else if (field.Shape == '%')
            {
                AddEntry(target, field, reader.Bytes, depth);
            }
            else if (field.Shape == '*')
            {
                AddItem(target, field, ref reader, depth);
            }
            else if (Value(field.Type, ref reader, depth) is { } value && (field.KeepsZero || !IsZero(value)))
            {
                target[field.Name] = value;
            }
        }
    }

    private static void AddItem(JsonObject target, ProtobufField field, ref ProtobufReader reader, int depth)
    {
        if (target[field.Name] is not JsonArray list)
        {
            target[field.Name] = list = [];
        }

        list.Add(Value(field.Type, ref reader, depth));
    }

    private static void AddEntry(JsonObject target, ProtobufField field, ReadOnlySpan<byte> entry, int depth)
    {
        var key = "";
        JsonNode? value = null;
        var reader = new ProtobufReader(entry);
        while (reader.Next())
        {
            if (reader.Number == 1)
            {
                key = reader.Text();
            }
            else if (reader.Number == 2)
            {
                value = Value(field.Type, ref reader, depth);
            }
        }

        if (target[field.Name] is not JsonObject map)
        {
            target[field.Name] = map = [];
        }

        map[key] = value ?? (field.Type is "s" or "y" ? "" : null);
    }

    private static JsonNode? Value(string type, ref ProtobufReader reader, int depth)
    {
        switch (type)
        {
            case "i":
                return (long)reader.Bits;
            case "b":
                return reader.Bits != 0;
            case "f":
                return BitConverter.UInt64BitsToDouble(reader.Bits);
        }

        if (!reader.HasBytes)
        {
            throw new FormatException($"field {reader.Number} is a number, want bytes");
        }

        switch (type)
        {
            case "s":
                return reader.Text();
            case "y":
                return Convert.ToBase64String(reader.Bytes);
            case "T" or "M":
                return Time(reader.Bytes, type == "M");
            case "Q":
                return Texts(reader.Bytes).FirstOrDefault("0");
            case "L":
                return new JsonArray([.. Texts(reader.Bytes).Select(text => (JsonNode)text)]);
            case "I":
                return IntegerOrText(reader.Bytes);
            case "D":
                return Duration(reader.Bytes);
            case "R":
                return Json(reader.Bytes);
            default:
                var result = new JsonObject();
                Fill(result, reader.Bytes, ProtobufFields.Message(type), depth + 1);
                return result;
        }
    }

    private static bool IsZero(JsonNode value) => value switch
    {
        JsonObject fields => fields.Count == 0,
        JsonArray => false,
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>().Length == 0,
            JsonValueKind.False => true,
            JsonValueKind.Number => value is JsonValue number && number.TryGetValue<long>(out var integer) && integer == 0,
            _ => false,
        },
    };

    /// <summary>Null for the zero time.</summary>
    private static JsonNode? Time(ReadOnlySpan<byte> message, bool micro)
    {
        var (seconds, nanos) = (0L, 0L);
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            (seconds, nanos) = reader.Number == 1 ? ((long)reader.Bits, nanos) : (seconds, (long)reader.Bits);
        }

        if (message.IsEmpty || seconds is < -62135596800 or > 253402300799)
        {
            return null;
        }

        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100).UtcDateTime;
        return time.ToString(micro ? "yyyy-MM-ddTHH:mm:ss.ffffffZ" : "yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
    }

    private static List<string> Texts(ReadOnlySpan<byte> message)
    {
        List<string> texts = [];
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            texts.Add(reader.Text());
        }

        return texts;
    }

    private static JsonValue IntegerOrText(ReadOnlySpan<byte> message)
    {
        var (isText, number, text) = (false, 0L, "");
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            switch (reader.Number)
            {
                case 1:
                    isText = reader.Bits == 1;
                    break;
                case 2:
                    number = (int)reader.Bits;
                    break;
                case 3:
                    text = reader.Text();
                    break;
            }
        }

        return isText ? JsonValue.Create(text) : JsonValue.Create(number);
    }

    /// <summary>Seconds, the form of a Go duration that needs no units to choose.</summary>
    private static string Duration(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        var nanos = 0L;
        while (reader.Next())
        {
            nanos = (long)reader.Bits;
        }

        return (nanos / 1e9m).ToString("0.#########", CultureInfo.InvariantCulture) + "s";
    }

    private static JsonNode? Json(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        JsonNode? value = null;
        while (reader.Next())
        {
            if (reader.Number == 1 && reader.Bytes.Length > 0)
            {
                value = JsonNode.Parse(
                    reader.Bytes, documentOptions: new JsonDocumentOptions { MaxDepth = KubernetesJson.DepthMax });
            }
        }

        return value;
    }
}
