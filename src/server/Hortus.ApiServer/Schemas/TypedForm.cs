using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>The form in which servers with typed objects keep them: no empty maps and lists, canonical quantities.</summary>
internal static class TypedForm
{
    /// <summary>Lists that are shown even when they are empty.</summary>
    private static readonly HashSet<string> AlwaysShown =
        ["rules", "containers", "endpoints", "limits", "paths", "nodeSelectorTerms", "versions"];

    /// <summary>Brings an object into the form, in place.</summary>
    public static void Normalize(JsonObject value, SchemaNode schema)
    {
        foreach (var (name, field) in value.ToList())
        {
            if (name == "metadata" || field is null || !schema.Properties.TryGetValue(name, out var property))
            {
                continue;
            }

            if (!(name == "ports" && field is JsonArray))
            {
                Normalize(value, name, field, property);
            }
        }
    }

    private static void Normalize(JsonObject parent, string name, JsonNode value, SchemaNode schema)
    {
        switch (value)
        {
            case JsonObject { Count: 0 } when schema.AdditionalProperties is not null && schema.Properties.Count == 0:
                parent.Remove(name);
                break;
            case JsonArray { Count: 0 } when schema.Items is not null && !AlwaysShown.Contains(name):
                parent.Remove(name);
                break;
            case JsonValue when SchemaBuilder.IsQuantity(schema):
                if (Quantity.TryParse(value.ToString(), out var quantity) && IsOther(value, quantity.Canonical))
                {
                    parent[name] = quantity.Canonical;
                }

                break;
            default:
                Below(value, schema);
                break;
        }
    }

    private static void Below(JsonNode value, SchemaNode schema)
    {
        if (value is JsonObject fields
            && (schema.Properties.Count > 0 || schema.AdditionalProperties is { } each && each.Type != "string"))
        {
            foreach (var (name, field) in fields.ToList())
            {
                if (field is not null && (schema.Properties.TryGetValue(name, out var property)
                    || (property = schema.AdditionalProperties) is not null))
                {
                    Normalize(fields, name, field, property);
                }
            }
        }
        else if (value is JsonArray items && schema.Items is { } item)
        {
            foreach (var element in items)
            {
                if (element is not null)
                {
                    Below(element, item);
                }
            }
        }
    }

    private static bool IsOther(JsonNode value, string canonical) =>
        value.GetValueKind() != System.Text.Json.JsonValueKind.String || value.ToString() != canonical;
}
