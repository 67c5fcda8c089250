using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Defaults: a null where null is not allowed counts as absent.</summary>
internal static class Defaulting
{
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
                foreach (var (name, property) in schema.Properties)
                {
                    if (property.Default is { } fallback && !fields.ContainsKey(name))
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

                    if (schema.Properties.TryGetValue(name, out var property) || (property = schema.AdditionalProperties) is not null)
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

    private static void DropNulls(JsonObject fields, SchemaNode schema)
    {
        List<string>? drop = null;
        foreach (var (name, below) in fields)
        {
            if (below is null
                && (schema.Properties.TryGetValue(name, out var property) || (property = schema.AdditionalProperties) is not null)
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
