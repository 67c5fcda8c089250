using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.Objects;

/// <summary>Reads values out of objects of any kind, whatever their shape: what is missing or of another type is null.</summary>
public static class JsonTrees
{
    /// <summary>The node at a path, or null.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            node = (node as JsonObject)?[step];
        }

        return node;
    }

    /// <summary>The text at a path, or null.</summary>
    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The whole number at a path, or null; numbers that code has set may be narrower than what was asked for.</summary>
    public static long? Number(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) switch
    {
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        _ => null,
    };

    /// <summary>The truth value at a path, or null.</summary>
    public static bool? Flag(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path)?.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => null,
        };

    /// <summary>The object at a path, or null.</summary>
    public static JsonObject? Map(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    /// <summary>The objects of the list at a path; empty when there is none.</summary>
    public static IEnumerable<JsonObject> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    /// <summary>The texts of the list at a path; empty when there is none.</summary>
    public static IReadOnlyList<string> TextList(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonArray list ? [.. list.Select(item => item.Text()).OfType<string>()] : [];

    /// <summary>The map of texts at a path; empty when absent.</summary>
    public static Dictionary<string, string> Texts(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in node.At(path) as JsonObject ?? [])
        {
            if (value.Text() is { } text)
            {
                texts[key] = text;
            }
        }

        return texts;
    }

    /// <summary>The object at a path, made where it is missing.</summary>
    public static JsonObject Ensure(this JsonObject node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            if (node[step] is not JsonObject child)
            {
                node[step] = child = [];
            }

            node = child;
        }

        return node;
    }

    /// <summary>The list in a field, made where it is missing.</summary>
    public static JsonArray List(this JsonObject node, string field)
    {
        if (node[field] is not JsonArray list)
        {
            node[field] = list = [];
        }

        return list;
    }

    /// <summary>A map of texts as a tree; null when it is empty.</summary>
    public static JsonObject? ToTree(IReadOnlyDictionary<string, string> texts) => texts.Count == 0
        ? null
        : new JsonObject(texts.OrderBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => KeyValuePair.Create<string, JsonNode?>(t.Key, JsonValue.Create(t.Value))));
}
