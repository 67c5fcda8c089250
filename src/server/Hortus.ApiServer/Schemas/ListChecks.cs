using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Schemas;

/// <summary>Uniqueness in sets and keyed lists.</summary>
internal static class ListChecks
{
    public static void CheckUnique(SchemaValidator validator, JsonArray items, SchemaNode schema)
    {
        if (items.Count < 2)
        {
            return;
        }

        if (schema.ListType == "map" && schema.ListMapKeys.Count > 0)
        {
            var seen = new HashSet<string>(items.Count, StringComparer.Ordinal);
            for (var i = 0; i < items.Count; i++)
            {
                if (KeyOf(items[i], schema) is { } key && !seen.Add(key))
                {
                    validator.Errors.Duplicate(validator.Here()[i], SchemaValidator.Shown(KeyObject(items[i], schema)));
                }
            }
        }
        else if (schema.ListType == "set" || schema.UniqueItems)
        {
            var seen = new HashSet<string>(items.Count, StringComparer.Ordinal);
            for (var i = 0; i < items.Count; i++)
            {
                if (!seen.Add(Canonical(items[i])))
                {
                    validator.Errors.Duplicate(validator.Here()[i], SchemaValidator.Shown(items[i]));
                }
            }
        }
    }

    /// <summary>Items by their key; the first of duplicates counts.</summary>
    public static Dictionary<string, JsonNode?> ByKey(JsonArray items, SchemaNode schema)
    {
        var byKey = new Dictionary<string, JsonNode?>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (KeyOf(item, schema) is { } key)
            {
                byKey.TryAdd(key, item);
            }
        }

        return byKey;
    }

    /// <summary>A text that tells the items of a keyed list apart; absent keys count as their default. Null when the
    /// item is no object.</summary>
    public static string? KeyOf(JsonNode? item, SchemaNode schema)
    {
        if (item is not JsonObject fields)
        {
            return null;
        }

        if (schema.ListMapKeys.Count == 1 && fields.At(schema.ListMapKeys[0]).Text() is { } single)
        {
            return "\"" + single;
        }

        var key = new StringBuilder();
        foreach (var name in schema.ListMapKeys)
        {
            key.Append(Canonical(KeyField(fields, name, schema))).Append('\0');
        }

        return key.ToString();
    }

    private static JsonNode? KeyField(JsonObject fields, string name, SchemaNode schema) =>
        fields.At(name)
            ?? (schema.Items is { } item && item.Properties.TryGetValue(name, out var key) ? key.Default : null);

    private static JsonObject KeyObject(JsonNode? item, SchemaNode schema)
    {
        var key = new JsonObject();
        foreach (var name in schema.ListMapKeys)
        {
            if (item.At(name) is { } value)
            {
                key[name] = value.DeepClone();
            }
        }

        return key;
    }

    /// <summary>The same text for the same JSON value.</summary>
    public static string Canonical(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject fields => $"{{{string.Join(',', fields
            .OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => $"{field.Key}:{Canonical(field.Value)}"))}}}",
        JsonArray items => $"[{string.Join(',', items.Select(Canonical))}]",
        _ when value.Text() is { } text => "\"" + text,
        _ when value.TryInteger(out var whole) => whole.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToJsonString(),
    };
}
