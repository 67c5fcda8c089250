using System.Collections;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary> Values of expressions: null, bool, long, ulong, double, string, byte[], DateTimeOffset, TimeSpan,
/// <c>IReadOnlyList</c> of values, <see cref="CelObject"/> or a dictionary of values, <see cref="CelOptional"/>,
/// <see cref="CelTypeName"/> and the types of the libraries. </summary>
internal static class CelValue
{
    /// <summary>A JSON value as a value of expressions; objects and lists are read on access.</summary>
    /// <param name="node">The value.</param>
    /// <param name="schema">What it is; null leaves that to the value.</param>
    /// <exception cref="CelException">It does not have the format that the schema says.</exception>
    public static object? Of(JsonNode? node, SchemaNode? schema = null) => node switch
    {
        null => null,
        JsonObject fields => new CelObject(fields, schema),
        JsonArray items => new CelItems(items, schema),
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => OfText(node.Text() ?? node.ToString(), schema),
            _ => OfNumber(node, schema),
        },
    };

    /// <summary>Name of a value's type as messages show it.</summary>
    public static string TypeOf(object? value) => value switch
    {
        null => "null_type",
        bool => "bool",
        long => "int",
        ulong => "uint",
        double => "double",
        string => "string",
        byte[] => "bytes",
        DateTimeOffset => "google.protobuf.Timestamp",
        TimeSpan => "google.protobuf.Duration",
        IReadOnlyList<object?> => "list",
        CelOptional => "optional_type",
        CelTypeName => "type",
        CelQuantity => "kubernetes.Quantity",
        CelUrl => "kubernetes.URL",
        IPAddress => "net.IP",
        CelCidr => "net.CIDR",
        CelFormat => "kubernetes.NamedFormat",
        CelVersion => "kubernetes.Semver",
        CelAccess access => access.TypeName,
        _ => "map",
    };

    public static bool Same(object? left, object? right) => (left, right) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
        (bool a, bool b) => a == b,
        (long a, long b) => a == b,
        (byte[] a, byte[] b) => a.AsSpan().SequenceEqual(b),
        (long or ulong or double, long or ulong or double) => CelOperators.CompareNumbers(left, right) == 0,
        (IReadOnlyList<object?> a, IReadOnlyList<object?> b) => SameLists(a, b),
        (CelOptional a, CelOptional b) => a.HasValue == b.HasValue && Same(a.Value, b.Value),
        _ when IsMap(left) && IsMap(right) => SameMaps(left, right),
        _ => left.Equals(right),
    };

    public static bool IsMap(object? value) => value is CelObject or IReadOnlyDictionary<object, object?>;

    /// <summary>The entry of a map; false when it is not there.</summary>
    public static bool TryEntry(object? map, object? key, out object? value)
    {
        value = null;
        switch (map)
        {
            case CelObject fields:
                return key is string name && fields.TryGet(name, out value);
            case IReadOnlyDictionary<object, object?> entries when key is not null:
                return entries.TryGetValue(KeyOf(key), out value);
            default:
                return false;
        }
    }

    /// <summary>Numbers that are the same are the same key, whatever their type.</summary>
    public static object KeyOf(object key) => key switch
    {
        ulong whole when whole <= long.MaxValue => (long)whole,
        double real when Math.Floor(real) == real && Math.Abs(real) < 9.2e18 => (long)real,
        _ => key,
    };

    public static IReadOnlyCollection<object> KeysOf(object? map) => map switch
    {
        CelObject fields => [.. fields.Keys],
        IReadOnlyDictionary<object, object?> entries => [.. entries.Keys],
        _ => throw new CelException($"no such overload: want a map, found {TypeOf(map)}"),
    };

    public static long SizeOf(object? value) => value switch
    {
        string text => CelText.Length(text),
        byte[] bytes => bytes.Length,
        IReadOnlyList<object?> items => items.Count,
        CelObject fields => fields.Count,
        IReadOnlyDictionary<object, object?> entries => entries.Count,
        _ => throw new CelException($"no such overload: size({TypeOf(value)})"),
    };

    private static object OfText(string text, SchemaNode? schema) => schema?.Format switch
    {
        "byte" => Bytes(text),
        "date-time" or "date" => CelTimes.Timestamp(text),
        "duration" => CelTimes.Duration(text),
        _ => text,
    };

    private static object OfNumber(JsonNode node, SchemaNode? schema)
    {
        if (schema?.Type != "number" && node.TryInteger(out var whole))
        {
            return whole;
        }

        return node.TryNumber(out var real) ? real
            : double.Parse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);
    }

    private static byte[] Bytes(string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            throw new CelException("the bytes are not base64");
        }
    }

    private static bool SameLists(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        // The order of sets and maps means nothing.
        if ((left as CelItems ?? right as CelItems) is { IsUnordered: true })
        {
            return left.All(item => right.Any(other => Same(item, other)));
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!Same(left[i], right[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameMaps(object left, object right)
    {
        var keys = KeysOf(left);
        return keys.Count == KeysOf(right).Count && keys.All(key =>
            TryEntry(left, key, out var a) && TryEntry(right, key, out var b) && Same(a, b));
    }
}

/// <summary>A JSON object as expressions see it.</summary>
internal sealed class CelObject(JsonObject fields, SchemaNode? schema)
{
    public int Count => fields.Count;

    public IEnumerable<string> Keys => fields.Select(f => f.Key);

    public bool TryGet(string name, out object? value)
    {
        value = null;
        if (!fields.TryGetPropertyValue(name, out var node))
        {
            return false;
        }

        value = CelValue.Of(node, SchemaOf(name));
        return true;
    }

    private SchemaNode? SchemaOf(string name) => schema is null ? null
        : schema.Properties.TryGetValue(name, out var property) ? property : schema.AdditionalProperties;
}

/// <summary>A JSON list as expressions see it.</summary>
internal sealed class CelItems(JsonArray items, SchemaNode? schema) : IReadOnlyList<object?>
{
    private readonly object?[] values = new object?[items.Count];
    private readonly bool[] read = new bool[items.Count];

    public int Count => values.Length;

    /// <summary>Whether the schema makes it a set or a map.</summary>
    public bool IsUnordered => schema?.ListType is "set" or "map";

    /// <summary>The fields that tell items of a map apart; empty for other lists.</summary>
    public IReadOnlyList<string> Keys => schema?.ListType == "map" ? schema.ListMapKeys : [];

    public object? this[int index]
    {
        get
        {
            if (!read[index])
            {
                values[index] = CelValue.Of(items[index], schema?.Items);
                read[index] = true;
            }

            return values[index];
        }
    }

    public IEnumerator<object?> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>A value that may be absent, such as <c>oldSelf</c> of a rule with <c>optionalOldSelf</c>.</summary>
internal sealed record CelOptional(bool HasValue, object? Value)
{
    public static CelOptional None { get; } = new(false, null);
}

/// <summary>What <c>type(x)</c> gives.</summary>
internal sealed record CelTypeName(string Name);
