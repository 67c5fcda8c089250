using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Hortus.Objects;

/// <summary>Finds fields of a tree that its type does not have.</summary>
public static class StrictFields
{
    /// <summary>Adds a fault for every field of a tree that <paramref name="type"/> does not know.</summary>
    public static void Check(JsonNode? tree, Type type, FieldPath path, FieldErrors errors)
    {
        ArgumentNullException.ThrowIfNull(type);
        ArgumentNullException.ThrowIfNull(errors);
        var info = KubernetesJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        switch (info.Kind, tree)
        {
            case (JsonTypeInfoKind.Object, JsonObject fields):
                Fields(fields, info, path, errors);
                break;
            case (JsonTypeInfoKind.Enumerable, JsonArray items) when info.ElementType is { } item:
                for (var i = 0; i < items.Count; i++)
                {
                    Check(items[i], item, path[i], errors);
                }

                break;
            case (JsonTypeInfoKind.Dictionary, JsonObject entries) when info.ElementType is { } value:
                foreach (var (key, entry) in entries)
                {
                    Check(entry, value, path.Key(key), errors);
                }

                break;
        }
    }

    private static void Fields(JsonObject fields, JsonTypeInfo info, FieldPath path, FieldErrors errors)
    {
        foreach (var (name, value) in fields)
        {
            if (info.Properties.FirstOrDefault(p => p.Name == name && !p.IsExtensionData) is { } known)
            {
                Check(value, known.PropertyType, path[name], errors);
            }
            else
            {
                errors.Forbidden(path[name], "unknown field");
            }
        }
    }
}
