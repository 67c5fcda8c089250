using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Gardenlet;

/// <summary>Bodies of merge patches for the status subresource.</summary>
internal static class StatusPatches
{
    /// <summary>Sets one field of the status; a null value removes it.</summary>
    public static JsonObject Of(string field, JsonNode? value) => new() { ["status"] = new JsonObject { [field] = value } };

    /// <summary>A list of structures.</summary>
    public static JsonArray List<T>(IEnumerable<T> items) where T : ApiType =>
        [.. items.Select(item => (JsonNode)KubernetesJson.ToNode(item))];
}
