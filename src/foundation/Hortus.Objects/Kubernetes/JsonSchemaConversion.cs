using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Objects.Kubernetes;

/// <summary>Converts schemas between the wire form and <see cref="SchemaNode"/>.</summary>
internal static class JsonSchemaConversion
{
    // Lists of users may hold null.
    public static SchemaNode ToNode(JSONSchemaProps? p) => p is null ? new SchemaNode() : new SchemaNode
    {
        Type = p.XIntOrString == true ? null : p.Type,
        Format = p.Format,
        Description = p.Description ?? "",
        Nullable = p.Nullable ?? false,
        Properties = p.Properties?.ToImmutableDictionary(e => e.Key, e => ToNode(e.Value))
            ?? ImmutableDictionary<string, SchemaNode>.Empty,
        AdditionalProperties = p.AdditionalProperties switch
        {
            null or { Allows: false } => null,
            { Schema: { } schema } => ToNode(schema),
            _ => new SchemaNode { PreserveUnknownFields = true },
        },
        Items = p.Items is null ? null : ToNode(p.Items),
        Required = p.Required ?? [],
        Enum = p.Enum?.Select(Node).ToArray() ?? [],
        Default = p.Default is { } value ? Node(value) : null,
        Minimum = p.Minimum,
        Maximum = p.Maximum,
        ExclusiveMinimum = p.ExclusiveMinimum ?? false,
        ExclusiveMaximum = p.ExclusiveMaximum ?? false,
        MultipleOf = p.MultipleOf,
        MinLength = p.MinLength,
        MaxLength = p.MaxLength,
        Pattern = p.Pattern,
        MinItems = p.MinItems,
        MaxItems = p.MaxItems,
        MinProperties = p.MinProperties,
        MaxProperties = p.MaxProperties,
        UniqueItems = p.UniqueItems ?? false,
        AllOf = p.AllOf?.Select(ToNode).ToArray() ?? [],
        AnyOf = p.AnyOf?.Select(ToNode).ToArray() ?? [],
        OneOf = p.OneOf?.Select(ToNode).ToArray() ?? [],
        Not = p.Not is null ? null : ToNode(p.Not),
        PreserveUnknownFields = p.XPreserveUnknownFields ?? false,
        EmbeddedResource = p.XEmbeddedResource ?? false,
        IntOrString = p.XIntOrString ?? false,
        ListType = p.XListType,
        ListMapKeys = p.XListMapKeys ?? [],
        MapType = p.XMapType,
        Rules = p.XValidations?.Where(r => r is not null).Select(r =>
            new SchemaRule(r.Rule, r.Message, r.MessageExpression, r.Reason, r.FieldPath, r.OptionalOldSelf ?? false))
            .ToArray() ?? [],
    };

    public static JSONSchemaProps FromNode(SchemaNode n) => new()
    {
        Type = n.Type,
        Format = n.Format,
        Description = n.Description.Length == 0 ? null : n.Description,
        Nullable = True(n.Nullable),
        Properties = n.Properties.Count == 0
            ? null
            : new SortedDictionary<string, JSONSchemaProps>(
                n.Properties.ToDictionary(e => e.Key, e => FromNode(e.Value)), StringComparer.Ordinal),
        AdditionalProperties = n.AdditionalProperties is { } values
            ? new JSONSchemaPropsOrBool { Schema = FromNode(values) }
            : null,
        Items = n.Items is null ? null : FromNode(n.Items),
        Required = List(n.Required),
        Enum = List(n.Enum.Select(Element).ToArray()),
        Default = n.Default is { } value ? Element(value) : null,
        Minimum = n.Minimum,
        Maximum = n.Maximum,
        ExclusiveMinimum = True(n.ExclusiveMinimum),
        ExclusiveMaximum = True(n.ExclusiveMaximum),
        MultipleOf = n.MultipleOf,
        MinLength = n.MinLength,
        MaxLength = n.MaxLength,
        Pattern = n.Pattern,
        MinItems = n.MinItems,
        MaxItems = n.MaxItems,
        MinProperties = n.MinProperties,
        MaxProperties = n.MaxProperties,
        UniqueItems = True(n.UniqueItems),
        AllOf = List(n.AllOf.Select(FromNode).ToArray()),
        AnyOf = List(n.AnyOf.Select(FromNode).ToArray()),
        OneOf = List(n.OneOf.Select(FromNode).ToArray()),
        Not = n.Not is null ? null : FromNode(n.Not),
        XPreserveUnknownFields = True(n.PreserveUnknownFields),
        XEmbeddedResource = True(n.EmbeddedResource),
        XIntOrString = True(n.IntOrString),
        XListType = n.ListType,
        XListMapKeys = List(n.ListMapKeys),
        XMapType = n.MapType,
        XValidations = List(n.Rules.Select(FromRule).ToArray()),
    };

    private static ValidationRule FromRule(SchemaRule rule) => new()
    {
        Rule = rule.Rule,
        Message = rule.Message,
        MessageExpression = rule.MessageExpression,
        Reason = rule.Reason,
        FieldPath = rule.FieldPath,
        OptionalOldSelf = True(rule.OptionalOldSelf),
    };

    private static bool? True(bool flag) => flag ? true : null;

    private static IReadOnlyList<T>? List<T>(IReadOnlyList<T> list) => list.Count == 0 ? null : list;

    private static JsonNode? Node(JsonElement element) => JsonSerializer.SerializeToNode(element, KubernetesJson.Options);

    private static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node, KubernetesJson.Options);
}
