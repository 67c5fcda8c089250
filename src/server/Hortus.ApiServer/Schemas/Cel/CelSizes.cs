using Hortus.Objects;

namespace Hortus.ApiServer.Schemas.Cel;

/// <summary>How large values can be at most, from their schema or from the largest request.</summary>
internal static class CelSizes
{
    /// <summary>Longest body of a request, in bytes.</summary>
    private const double BytesMax = 3 * 1024 * 1024;

    private const int DepthMax = 60;

    /// <summary>Most characters, items or entries.</summary>
    public static double MaxOf(CelType type) => type.Schema is { } schema ? MaxOf(schema) : type.Kind switch
    {
        CelKind.String or CelKind.Bytes => BytesMax,
        CelKind.List or CelKind.Map or CelKind.Dyn => BytesMax / 2,
        _ => 1,
    };

    public static double MaxOf(SchemaNode schema) => schema switch
    {
        { Type: "array" } => schema.MaxItems ?? Fitting(schema.Items, 0),
        { Type: "object", AdditionalProperties: { } values } => schema.MaxProperties ?? Fitting(values, 3),
        { Type: "string" } => schema.MaxLength ?? LongestOf(schema.Enum) ?? BytesMax,
        { IntOrString: true } => BytesMax,
        _ => 1,
    };

    private static double? LongestOf(IReadOnlyList<System.Text.Json.Nodes.JsonNode?> values) =>
        values.Count == 0 ? null : values.Max(v => v?.ToString().Length ?? 0);

    private static double Fitting(SchemaNode? item, int key) =>
        Math.Floor((BytesMax - 2) / (SmallestOf(item, 0) + key + 1));

    /// <summary>Fewest bytes of a value.</summary>
    private static double SmallestOf(SchemaNode? schema, int depth) => depth > DepthMax ? 1 : schema?.Type switch
    {
        "string" => 2 + (schema.MinLength ?? 0),
        "boolean" => 4,
        "array" => 2 + ((schema.MinItems ?? 0) * (SmallestOf(schema.Items, depth + 1) + 1)),
        "object" => 2 + schema.Required.Sum(name =>
            schema.Properties.TryGetValue(name, out var field) && field.Default is null
                ? name.Length + 4 + SmallestOf(field, depth + 1) : 0),
        _ => 1,
    };
}
