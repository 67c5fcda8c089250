using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Decoding;

/// <summary>What JSON values are, whatever backs them (text read or a number set by code).</summary>
public static class JsonTree
{
    /// <summary>Kind of the value; null is <see cref="JsonValueKind.Null"/>.</summary>
    public static JsonValueKind Kind(this JsonNode? node) => node switch
    {
        null => JsonValueKind.Null,
        JsonObject => JsonValueKind.Object,
        JsonArray => JsonValueKind.Array,
        _ => node.GetValueKind(),
    };

    /// <summary>Whether the node is a whole number that fits 64 bits (<c>1.0</c> and <c>1e3</c> count as
    /// whole).</summary>
    public static bool TryInteger(this JsonNode? node, out long number)
    {
        number = 0;
        if (node is not JsonValue value || value.GetValueKind() != JsonValueKind.Number)
        {
            return false;
        }

        if (value.TryGetValue(out number))
        {
            return true;
        }

        if (value.TryGetValue(out int small))
        {
            number = small;
            return true;
        }

        if (TryNumber(value, out var real) && Math.Floor(real) == real && Math.Abs(real) < 9.2e18)
        {
            number = (long)real;
            return true;
        }

        return false;
    }

    /// <summary>Whether the node is a number.</summary>
    public static bool TryNumber(this JsonNode? node, out double number)
    {
        number = 0;
        return node is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && (value.TryGetValue(out number)
                || double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number));
    }

    /// <summary>Whether two values are the same JSON: the order of fields does not count, numbers compare by
    /// value.</summary>
    public static bool Same(JsonNode? left, JsonNode? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        return (left, right) switch
        {
            (JsonObject a, JsonObject b) => SameObject(a, b),
            (JsonArray a, JsonArray b) => SameArray(a, b),
            (JsonValue a, JsonValue b) => SameScalar(a, b),
            _ => false,
        };
    }

    private static bool SameObject(JsonObject left, JsonObject right)
    {
        if (left.Count != right.Count)
        {
            return false;
        }

        foreach (var (name, value) in left)
        {
            if (!right.TryGetPropertyValue(name, out var other) || !Same(value, other))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameArray(JsonArray left, JsonArray right)
    {
        if (left.Count != right.Count)
        {
            return false;
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

    private static bool SameScalar(JsonValue left, JsonValue right)
    {
        var kind = left.GetValueKind();
        if (kind != right.GetValueKind())
        {
            return false;
        }

        if (kind == JsonValueKind.String)
        {
            return (left.Text() ?? left.ToString()) == (right.Text() ?? right.ToString());
        }

        if (kind != JsonValueKind.Number)
        {
            return true;
        }

        if (left.TryInteger(out var a) && right.TryInteger(out var b))
        {
            return a == b;
        }

        return left.TryNumber(out var x) && right.TryNumber(out var y) && x.Equals(y);
    }
}
