using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary> Values of expressions: null, bool, long, double, string, <c>IReadOnlyList</c> of values,
/// <see cref="JsonObject"/> or a dictionary of values, <see cref="CelOptional"/>. </summary>
internal static class CelValue
{
    /// <summary>A JSON value as a value of expressions; objects stay as they are and are read on access.</summary>
    public static object? Of(JsonNode? node) => node switch
    {
        null => null,
        JsonObject fields => fields,
        JsonArray items => items.Select(Of).ToList(),
        _ => node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.String => node.Text() ?? node.ToString(),
            _ => node.TryInteger(out var whole) ? whole : node.TryNumber(out var real) ? real : node.ToJsonString(),
        },
    };

    /// <summary>Name of a value's type as messages show it.</summary>
    public static string TypeOf(object? value) => value switch
    {
        null => "null_type",
        bool => "bool",
        long => "int",
        double => "double",
        string => "string",
        IReadOnlyList<object?> => "list",
        CelOptional => "optional_type",
        _ => "map",
    };

    public static bool Same(object? left, object? right) => (left, right) switch
    {
        (null, null) => true,
        (null, _) or (_, null) => false,
        (string a, string b) => string.Equals(a, b, StringComparison.Ordinal),
        (bool a, bool b) => a == b,
        (long a, long b) => a == b,
        (long or double, long or double) => Number(left).Equals(Number(right)),
        (JsonObject a, JsonObject b) => JsonTree.Same(a, b),
        (IReadOnlyList<object?> a, IReadOnlyList<object?> b) =>
            a.Count == b.Count && a.Zip(b).All(p => Same(p.First, p.Second)),
        (CelOptional a, CelOptional b) => a.HasValue == b.HasValue && Same(a.Value, b.Value),
        _ when IsMap(left) && IsMap(right) => SameMaps(Entries(left), Entries(right)),
        _ => false,
    };

    public static double Number(object? value) => value switch
    {
        long whole => whole,
        double real => real,
        _ => throw new CelException($"no such overload: want a number, found {TypeOf(value)}"),
    };

    public static bool IsMap(object? value) => value is JsonObject or IReadOnlyDictionary<string, object?>;

    /// <summary>The entry of a map; false when it is not there.</summary>
    public static bool TryEntry(object? map, string key, out object? value)
    {
        value = null;
        switch (map)
        {
            case JsonObject fields when fields.TryGetPropertyValue(key, out var node):
                value = Of(node);
                return true;
            case IReadOnlyDictionary<string, object?> entries:
                return entries.TryGetValue(key, out value);
            default:
                return false;
        }
    }

    public static IReadOnlyCollection<string> KeysOf(object? map) => map switch
    {
        JsonObject fields => fields.Select(field => field.Key).ToList(),
        IReadOnlyDictionary<string, object?> entries => entries.Keys.ToList(),
        _ => throw new CelException($"no such overload: want a map, found {TypeOf(map)}"),
    };

    private static Dictionary<string, object?> Entries(object? map) =>
        KeysOf(map).ToDictionary(
            key => key, key => TryEntry(map, key, out var value) ? value : null, StringComparer.Ordinal);

    private static bool SameMaps(Dictionary<string, object?> left, Dictionary<string, object?> right) =>
        left.Count == right.Count
            && left.All(entry => right.TryGetValue(entry.Key, out var other) && Same(entry.Value, other));
}

/// <summary>A value that may be absent, such as <c>oldSelf</c> of a rule with <c>optionalOldSelf</c>.</summary>
internal sealed record CelOptional(bool HasValue, object? Value);
