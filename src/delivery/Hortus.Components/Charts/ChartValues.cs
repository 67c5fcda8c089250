using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Components.Charts;

/// <summary>Values of charts. Pure.</summary>
public static class ChartValues
{
    /// <summary>Reads the values of an API object; no values are an empty map.</summary>
    /// <exception cref="FormatException">They are no map.</exception>
    public static JsonObject Of(JsonElement? values) => values switch
    {
        null or { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => [],
        { ValueKind: JsonValueKind.Object } map => JsonObject.Create(map)!,
        { ValueKind: var kind } => throw new FormatException($"the values are a {kind}, want a map"),
    };

    /// <summary>Lays maps over each other, at every depth; everything else in the upper one replaces what is below it. Neither is
    /// changed.</summary>
    /// <param name="values">What users gave.</param>
    /// <param name="system">What goes over it.</param>
    public static JsonObject Merge(JsonObject values, JsonObject system)
    {
        var merged = (JsonObject)values.DeepClone();
        foreach (var (name, upper) in system)
        {
            merged[name] = upper is JsonObject over && merged[name] is JsonObject under ? Merge(under, over) : upper?.DeepClone();
        }

        return merged;
    }
}
