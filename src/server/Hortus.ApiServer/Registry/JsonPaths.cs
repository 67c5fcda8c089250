using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Registry;

/// <summary>Reads fields of JSON trees by dotted paths.</summary>
public static class JsonPaths
{
    /// <summary>The node at a dotted path such as <c>spec.nodeName</c>, or null.</summary>
    public static JsonNode? Find(JsonObject root, string path)
    {
        JsonNode? node = root;
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (node is not JsonObject map || !map.TryGetPropertyValue(name, out node))
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>The scalar at a dotted path as text; empty when absent.</summary>
    public static string Text(JsonObject root, string path) => Find(root, path) switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonValue value => value.ToJsonString(),
        _ => "",
    };
}
