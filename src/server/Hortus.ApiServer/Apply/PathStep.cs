using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>One step of a field path, written as in <c>FieldsV1</c>.</summary>
internal static class PathStep
{
    public static string Field(string name) => "f:" + name;

    /// <summary>Whether a text has the form of a step.</summary>
    public static bool IsStep(string text) => text is ['f' or 'k' or 'v' or 'i', ':', ..];

    public static string Index(int index) => "i:" + index.ToString(CultureInfo.InvariantCulture);

    /// <summary>The item of a set.</summary>
    public static string Value(JsonNode? value) => "v:" + Json(value);

    /// <summary>The item of a keyed list; null when it has none of the keys.</summary>
    public static string? Key(JsonNode? item, IReadOnlyList<string> keys, SchemaNode? itemSchema)
    {
        if (item is not JsonObject fields)
        {
            return null;
        }

        if (keys.Count == 1)
        {
            return KeyValue(fields, keys[0], itemSchema) is { } only ? $"k:{{{Quote(keys[0])}:{Json(only)}}}" : null;
        }

        List<string>? parts = null;
        foreach (var key in keys.Order(StringComparer.Ordinal))
        {
            if (KeyValue(fields, key, itemSchema) is { } value)
            {
                (parts ??= []).Add($"{Quote(key)}:{Json(value)}");
            }
        }

        return parts is null ? null : $"k:{{{string.Join(',', parts)}}}";
    }

    /// <summary>Brings a key that others wrote into our form.</summary>
    public static string Canonical(string step)
    {
        if (!step.StartsWith("k:", StringComparison.Ordinal))
        {
            return step;
        }

        try
        {
            return JsonNode.Parse(step.AsSpan(2).ToString()) is JsonObject { Count: > 0 } key
                ? Key(key, [.. key.Select(part => part.Key)], null) ?? step
                : step;
        }
        catch (JsonException)
        {
            return step;
        }
    }

    /// <summary>The step as conflict messages show it.</summary>
    public static string Show(string step)
    {
        var text = step[2..];
        switch (step[0])
        {
            case 'f':
                return "." + text;
            case 'v':
                return $"[={text}]";
            case 'i':
                return $"[{text}]";
            default:
                return ShowKey(text);
        }
    }

    private static string ShowKey(string text)
    {
        try
        {
            var key = JsonNode.Parse(text) as JsonObject ?? [];
            return $"[{string.Join(',', key.Select(part => $"{part.Key}={Json(part.Value)}"))}]";
        }
        catch (JsonException)
        {
            // What clients put into managedFields need not be a key.
            return $"[{text}]";
        }
    }

    private static JsonNode? KeyValue(JsonObject fields, string key, SchemaNode? schema) =>
        fields.At(key)
            ?? (schema is not null && schema.Properties.TryGetValue(key, out var field) ? field.Default : null);

    private static string Json(JsonNode? value) => value switch
    {
        null => "null",
        JsonValue when value.Text() is { } text => Quote(text),
        JsonValue when value.TryInteger(out var whole) => whole.ToString(CultureInfo.InvariantCulture),
        _ => value.ToJsonString(KubernetesJson.Options),
    };

    private static string Quote(string text) => text.AsSpan().IndexOfAnyExcept(PlainText) < 0
        ? $"\"{text}\""
        : JsonSerializer.Serialize(text, KubernetesJson.Options);

    private static readonly System.Buffers.SearchValues<char> PlainText = System.Buffers.SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@ ");
}
