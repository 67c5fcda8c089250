using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Removal of fields that the schema does not know.</summary>
internal static class Pruning
{
    /// <summary>Prunes and adds the paths of what was dropped, relative to <paramref name="value"/>. Paths are put
    /// together on the way back, so that objects without unknown fields cost none.</summary>
    public static void Prune(JsonNode? value, SchemaNode schema, bool isResource, ref List<string>? unknown)
    {
        switch (value)
        {
            case JsonObject fields:
                PruneFields(fields, schema, isResource || schema.EmbeddedResource, ref unknown);
                break;
            case JsonArray items when schema.Items is { } item && (Branches(item) || item.EmbeddedResource):
                for (var i = 0; i < items.Count; i++)
                {
                    var before = unknown?.Count ?? 0;
                    Prune(items[i], item, isResource: false, ref unknown);
                    if (unknown?.Count > before)
                    {
                        Prefix(unknown, before, $"[{i}]");
                    }
                }

                break;
        }
    }

    private static void PruneFields(JsonObject fields, SchemaNode schema, bool isResource, ref List<string>? unknown)
    {
        var keep = schema.PreserveUnknownFields || IsAnything(schema);
        List<string>? drop = null;
        foreach (var (name, below) in fields)
        {
            var property = MetadataSchema.Of(schema, name, isResource) ?? schema.AdditionalProperties;
            if (property is null)
            {
                if (!keep)
                {
                    (drop ??= []).Add(name);
                }
            }
            else if (below is JsonObject or JsonArray)
            {
                var before = unknown?.Count ?? 0;
                Prune(below, property, isResource: false, ref unknown);
                if (unknown?.Count > before)
                {
                    Prefix(unknown, before, name);
                }
            }
        }

        foreach (var name in drop ?? [])
        {
            fields.Remove(name);
            (unknown ??= []).Add(name);
        }
    }

    private static void Prefix(List<string> paths, int from, string step)
    {
        for (var i = from; i < paths.Count; i++)
        {
            paths[i] = paths[i].StartsWith('[') ? step + paths[i] : $"{step}.{paths[i]}";
        }
    }

    private static bool Branches(SchemaNode schema) => schema.Type is "object" or "array" or null;

    /// <summary>A schema that says nothing takes any value; only built-in types have such places.</summary>
    private static bool IsAnything(SchemaNode schema) =>
        schema.Type is null && schema.Properties.Count == 0 && schema.AdditionalProperties is null;
}
