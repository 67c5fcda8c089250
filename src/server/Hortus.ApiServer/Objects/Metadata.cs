using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Objects;

/// <summary>Typed access to the metadata of a JSON object.</summary>
internal static class Metadata
{
    /// <summary>The metadata; added when absent.</summary>
    public static JsonObject Of(JsonObject root)
    {
        if (root["metadata"] is JsonObject metadata)
        {
            return metadata;
        }

        metadata = [];
        root["metadata"] = metadata;
        return metadata;
    }

    /// <summary>A text field of metadata; null when absent or not a text.</summary>
    public static string? Text(JsonObject root, string field) =>
        Of(root)[field] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    /// <summary>Sets a text field of metadata, or removes it.</summary>
    public static void SetText(JsonObject root, string field, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            Of(root).Remove(field);
        }
        else
        {
            Of(root)[field] = value;
        }
    }

    /// <summary>A number of metadata; null when absent.</summary>
    public static long? Number(JsonObject root, string field) =>
        Of(root)[field] is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            && long.TryParse(value.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    public static string Name(JsonObject root) => Text(root, "name") ?? "";

    public static bool IsDeleting(JsonObject root) => Of(root)["deletionTimestamp"] is not null;

    public static IReadOnlyList<string> Finalizers(JsonObject root) =>
        Of(root)["finalizers"] is JsonArray list
            ? [.. list.OfType<JsonValue>().Where(v => v.GetValueKind() == JsonValueKind.String).Select(v => v.GetValue<string>())]
            : [];

    /// <summary>Sets the finalizers; an empty list removes the field.</summary>
    public static void SetFinalizers(JsonObject root, IReadOnlyCollection<string> finalizers)
    {
        if (finalizers.Count == 0)
        {
            Of(root).Remove("finalizers");
        }
        else
        {
            Of(root)["finalizers"] = new JsonArray([.. finalizers.Select(f => (JsonNode)f)]);
        }
    }

    /// <summary>Copies a field of metadata from another object, or removes it when that has none.</summary>
    public static void Take(JsonObject target, JsonObject source, string field)
    {
        Of(target).Remove(field);
        if (Of(source)[field] is { } value)
        {
            Of(target)[field] = value.DeepClone();
        }
    }

    /// <summary>The wire form of a time.</summary>
    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
