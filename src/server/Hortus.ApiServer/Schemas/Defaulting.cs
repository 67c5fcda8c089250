using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Defaults: a null where null is not allowed counts as absent.</summary>
internal static class Defaulting
{
    /// <summary>The few fields with a default, so that wide schemas are not walked for each object.</summary>
    private static readonly ConditionalWeakTable<SchemaNode, KeyValuePair<string, JsonNode>[]> Defaults = [];

    public static void ApplyToResource(JsonObject value, SchemaNode schema)
    {
        Apply(value, schema);
        if (value["metadata"] is JsonObject metadata)
        {
            DropNulls(metadata, MetadataSchema.Metadata);
        }
    }

    private static void Apply(JsonNode? value, SchemaNode schema)
    {
        switch (value)
        {
            case JsonObject fields:
                DropNulls(fields, schema);
                foreach (var (name, fallback) in Defaults.GetValue(schema, DefaultsOf))
                {
                    if (!fields.ContainsKey(name))
                    {
                        fields[name] = fallback.DeepClone();
                    }
                }

                foreach (var (name, below) in fields)
                {
                    if (below is not (JsonObject or JsonArray))
                    {
                        continue;
                    }

                    if (schema.Properties.TryGetValue(name, out var property)
                        || (property = schema.AdditionalProperties) is not null)
                    {
                        Apply(below, property);
                    }
                }

                break;
            case JsonArray items when schema.Items is { } item:
                for (var i = 0; i < items.Count; i++)
                {
                    if (items[i] is null && !item.Nullable && item.Default is { } fallback)
                    {
                        items[i] = fallback.DeepClone();
                    }

                    Apply(items[i], item);
                }

                break;
        }
    }

    private static KeyValuePair<string, JsonNode>[] DefaultsOf(SchemaNode schema) =>
    [
        .. schema.Properties
            .Where(property => property.Value.Default is not null)
            .OrderBy(property => property.Key, StringComparer.Ordinal)
            .Select(property => KeyValuePair.Create(property.Key, property.Value.Default!)),
    ];

    private static void DropNulls(JsonObject fields, SchemaNode schema)
    {
        List<string>? drop = null;
        foreach (var (name, below) in fields)
        {
            if (below is null
                && (schema.Properties.TryGetValue(name, out var property)
                    || (property = schema.AdditionalProperties) is not null)
                && !property.Nullable)
            {
                (drop ??= []).Add(name);
            }
        }

        foreach (var name in drop ?? [])
        {
            fields.Remove(name);
            if (!schema.Properties.ContainsKey(name) && schema.AdditionalProperties?.Default is { } fallback)
            {
                fields[name] = fallback.DeepClone();
            }
        }
    }
}
