using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Requests;

namespace Hortus.ApiServer.Decoding.Protobuf;

/// <summary>Reads bodies of <c>application/vnd.kubernetes.protobuf</c> into JSON trees.</summary>
internal static class ProtobufBody
{
    private const int DepthMax = 32;
    private const string Advice = "send the object as JSON or YAML instead (kubectl create -f, kubectl apply)";

    /// <summary>Reads the envelope and the object in it.</summary>
    /// <exception cref="ApiStatusException">400 malformed; 415 a kind or field that is not known in this form.</exception>
    public static JsonObject Decode(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith("k8s\0"u8))
        {
            throw Rejection.BadRequest("the body is not in the protobuf envelope of Kubernetes: it must start with \"k8s\"");
        }

        var (apiVersion, kind) = ("", "");
        var raw = ReadOnlySpan<byte>.Empty;
        var reader = new ProtobufReader(body[4..]);
        while (reader.Next())
        {
            if (reader.Number == 1)
            {
                var meta = new ProtobufReader(reader.Bytes);
                while (meta.Next())
                {
                    apiVersion = meta.Number == 1 ? Encoding.UTF8.GetString(meta.Bytes) : apiVersion;
                    kind = meta.Number == 2 ? Encoding.UTF8.GetString(meta.Bytes) : kind;
                }
            }
            else if (reader.Number == 2)
            {
                raw = reader.Bytes;
            }
        }

        var root = Message(kind, raw, 0);
        root["apiVersion"] = apiVersion;
        root["kind"] = kind;
        return root;
    }

    private static JsonObject Message(string name, ReadOnlySpan<byte> bytes, int depth)
    {
        var fields = ProtobufMessages.Find(name)
            ?? throw Rejection.UnsupportedMediaType($"{name} is not read from protobuf bodies; {Advice}");
        if (depth > DepthMax)
        {
            throw Rejection.BadRequest($"the protobuf body is nested more than {DepthMax} levels deep");
        }

        var message = new JsonObject();
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            if (!fields.TryGetValue(reader.Number, out var field))
            {
                if (reader.IsZero || name == "Nothing")
                {
                    continue;
                }

                throw Rejection.UnsupportedMediaType(
                    $"field {reader.Number} of {name} is not read from protobuf bodies; {Advice}");
            }

            Add(message, field, ref reader, depth);
        }

        return message;
    }

    private static void Add(JsonObject message, ProtobufField field, ref ProtobufReader reader, int depth)
    {
        if (field.Shape == ProtobufShape.Map)
        {
            var (key, value) = Entry(field, reader.Bytes, depth);
            var map = message[field.Name] as JsonObject;
            if (map is null)
            {
                message[field.Name] = map = [];
            }

            map[key] = value;
            return;
        }

        var node = Value(field.Type, ref reader, depth);
        if (field.Shape == ProtobufShape.Repeated)
        {
            var list = message[field.Name] as JsonArray;
            if (list is null)
            {
                message[field.Name] = list = [];
            }

            list.Add(node);
        }
        else if (field.KeepsEmpty || !IsEmpty(node))
        {
            message[field.Name] = node;
        }
    }

    private static (string Key, JsonNode? Value) Entry(ProtobufField field, ReadOnlySpan<byte> bytes, int depth)
    {
        var key = "";
        JsonNode? value = field.Type is "string" or "bytes" ? "" : null;
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            if (reader.Number == 1)
            {
                key = Encoding.UTF8.GetString(reader.Bytes);
            }
            else if (reader.Number == 2)
            {
                value = Value(field.Type, ref reader, depth);
            }
        }

        return (key, value);
    }

    private static JsonNode? Value(string type, ref ProtobufReader reader, int depth) => type switch
    {
        "string" => Encoding.UTF8.GetString(reader.Bytes),
        "bytes" => Convert.ToBase64String(reader.Bytes),
        "int" => (long)reader.Varint,
        "bool" => reader.Varint != 0,
        "time" => Time(reader.Bytes, micro: false),
        "microtime" => Time(reader.Bytes, micro: true),
        "quantity" => Text(reader.Bytes),
        "raw" => Raw(reader.Bytes),
        "intstr" => IntOrString(reader.Bytes),
        "ExtraValue" => Items(reader.Bytes),
        _ => Message(type, reader.Bytes, depth + 1),
    };

    private static bool IsEmpty(JsonNode? node) => node switch
    {
        null => true,
        JsonObject map => map.Count == 0,
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>().Length == 0,
            JsonValueKind.Number => value.GetValue<long>() == 0,
            JsonValueKind.False => true,
            _ => false,
        },
        _ => false,
    };

    private static JsonNode? Time(ReadOnlySpan<byte> bytes, bool micro)
    {
        var (seconds, nanos) = (0L, 0L);
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            seconds = reader.Number == 1 ? (long)reader.Varint : seconds;
            nanos = reader.Number == 2 ? (long)reader.Varint : nanos;
        }

        // Year 1 is the zero time of Go: absent.
        if (bytes.IsEmpty || seconds is <= -62135596800 or > 253402300799)
        {
            return null;
        }

        var time = DateTimeOffset.FromUnixTimeSeconds(seconds).AddTicks(nanos / 100);
        return micro
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            : Metadata.Time(time);
    }

    private static string Text(ReadOnlySpan<byte> bytes)
    {
        var text = "";
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            text = reader.Number == 1 ? Encoding.UTF8.GetString(reader.Bytes) : text;
        }

        return text;
    }

    private static JsonNode? Raw(ReadOnlySpan<byte> bytes)
    {
        var reader = new ProtobufReader(bytes);
        return reader.Next() && reader.Number == 1 ? JsonNode.Parse(reader.Bytes) : null;
    }

    private static JsonArray Items(ReadOnlySpan<byte> bytes)
    {
        var items = new JsonArray();
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            items.Add(Encoding.UTF8.GetString(reader.Bytes));
        }

        return items;
    }

    private static JsonNode? IntOrString(ReadOnlySpan<byte> bytes)
    {
        var (isText, number, text) = (false, 0L, "");
        var reader = new ProtobufReader(bytes);
        while (reader.Next())
        {
            isText = reader.Number == 1 ? reader.Varint == 1 : isText;
            number = reader.Number == 2 ? (long)reader.Varint : number;
            text = reader.Number == 3 ? Encoding.UTF8.GetString(reader.Bytes) : text;
        }

        return isText ? text : number;
    }
}

/// <summary>Walks the fields of one message.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>Number of the field just read.</summary>
    public int Number { get; private set; }

    /// <summary>Its number, if it is one.</summary>
    public ulong Varint { get; private set; }

    /// <summary>Its bytes, if it has some.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether the value is zero or empty.</summary>
    public readonly bool IsZero => Varint == 0 && Bytes.IsEmpty;

    /// <summary>Reads the next field.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="ApiStatusException">400: the bytes end early or make no sense.</exception>
    public bool Next()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        var tag = ReadVarint();
        Number = (int)(tag >> 3);
        Varint = 0;
        Bytes = default;
        switch (tag & 7)
        {
            case 0:
                Varint = ReadVarint();
                break;
            case 1:
                Varint = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(ReadVarint());
                break;
            case 5:
                Varint = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Malformed();
        }

        return true;
    }

    private static ApiStatusException Malformed() =>
        Rejection.BadRequest("the protobuf body is malformed: it ends early or has a field of unknown type");

    private ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = Take(1)[0];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            throw Malformed();
        }

        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }
}
