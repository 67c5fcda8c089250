using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hortus.Objects.Kubernetes;

/// <summary>
/// A schema as CustomResourceDefinitions write it. <see cref="ToSchemaNode"/> and <see cref="From"/> convert it to and
/// from the form that our servers work with.
/// </summary>
[PreserveUnknownFields]
public sealed record JSONSchemaProps : ApiType
{
    public string? Type { get; init; }

    public string? Format { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    public bool? Nullable { get; init; }

    public IReadOnlyDictionary<string, JSONSchemaProps>? Properties { get; init; }

    /// <summary>A schema for map values, or true or false for "any" and "none".</summary>
    public JSONSchemaPropsOrBool? AdditionalProperties { get; init; }

    public JSONSchemaProps? Items { get; init; }

    public IReadOnlyList<string>? Required { get; init; }

    public IReadOnlyList<JsonElement>? Enum { get; init; }

    public JsonElement? Default { get; init; }

    public JsonElement? Example { get; init; }

    public double? Minimum { get; init; }

    public double? Maximum { get; init; }

    public bool? ExclusiveMinimum { get; init; }

    public bool? ExclusiveMaximum { get; init; }

    public double? MultipleOf { get; init; }

    public int? MinLength { get; init; }

    public int? MaxLength { get; init; }

    public string? Pattern { get; init; }

    public int? MinItems { get; init; }

    public int? MaxItems { get; init; }

    public int? MinProperties { get; init; }

    public int? MaxProperties { get; init; }

    public bool? UniqueItems { get; init; }

    public IReadOnlyList<JSONSchemaProps>? AllOf { get; init; }

    public IReadOnlyList<JSONSchemaProps>? AnyOf { get; init; }

    public IReadOnlyList<JSONSchemaProps>? OneOf { get; init; }

    public JSONSchemaProps? Not { get; init; }

    [JsonPropertyName("x-kubernetes-preserve-unknown-fields")]
    public bool? XPreserveUnknownFields { get; init; }

    [JsonPropertyName("x-kubernetes-embedded-resource")]
    public bool? XEmbeddedResource { get; init; }

    [JsonPropertyName("x-kubernetes-int-or-string")]
    public bool? XIntOrString { get; init; }

    [JsonPropertyName("x-kubernetes-list-type")]
    public string? XListType { get; init; }

    [JsonPropertyName("x-kubernetes-list-map-keys")]
    public IReadOnlyList<string>? XListMapKeys { get; init; }

    [JsonPropertyName("x-kubernetes-map-type")]
    public string? XMapType { get; init; }

    [JsonPropertyName("x-kubernetes-validations")]
    public IReadOnlyList<ValidationRule>? XValidations { get; init; }

    /// <summary>The schema in the form that our servers work with.</summary>
    public SchemaNode ToSchemaNode() => JsonSchemaConversion.ToNode(this);

    /// <summary>The schema as a CustomResourceDefinition writes it; strategic merge extensions are left out because
    /// custom resources cannot have them.</summary>
    public static JSONSchemaProps From(SchemaNode node) => JsonSchemaConversion.FromNode(node);
}

/// <summary>One CEL rule of a schema.</summary>
public sealed record ValidationRule : ApiType
{
    [Required]
    public string Rule { get => field ?? ""; init; }

    public string? Message { get; init; }

    public string? MessageExpression { get; init; }

    public string? Reason { get; init; }

    public string? FieldPath { get; init; }

    public bool? OptionalOldSelf { get; init; }
}

/// <summary>A schema, or true for "anything" and false for "nothing".</summary>
[JsonConverter(typeof(JSONSchemaPropsOrBoolConverter))]
public sealed record JSONSchemaPropsOrBool
{
    /// <summary>Whether values are allowed at all.</summary>
    public bool Allows { get; init; } = true;

    /// <summary>The schema of the values; null means any value.</summary>
    public JSONSchemaProps? Schema { get; init; }
}

internal sealed class JSONSchemaPropsOrBoolConverter : JsonConverter<JSONSchemaPropsOrBool>
{
    public override JSONSchemaPropsOrBool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? new JSONSchemaPropsOrBool { Allows = reader.GetBoolean() }
            : new JSONSchemaPropsOrBool { Schema = JsonSerializer.Deserialize<JSONSchemaProps>(ref reader, options) };

    public override void Write(Utf8JsonWriter writer, JSONSchemaPropsOrBool value, JsonSerializerOptions options)
    {
        if (value.Schema is { } schema)
        {
            JsonSerializer.Serialize(writer, schema, options);
        }
        else
        {
            writer.WriteBooleanValue(value.Allows);
        }
    }
}
