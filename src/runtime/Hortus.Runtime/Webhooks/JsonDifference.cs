using System.Text.Json.Nodes;

namespace Hortus.Runtime.Webhooks;

/// <summary>Writes what changed between two objects as JSON patch (RFC 6902).</summary>
public static class JsonDifference
{
    /// <summary>The operations that make one object of the other; empty when they are equal.</summary>
    public static JsonArray Between(JsonObject old, JsonObject current)
    {
        var patch = new JsonArray();
        Compare(patch, "", old, current);
        return patch;
    }

    private static void Compare(JsonArray patch, string path, JsonNode? old, JsonNode? current)
    {
        switch (old, current)
        {
            case (JsonObject before, JsonObject after):
                CompareFields(patch, path, before, after);
                break;
            case (JsonArray before, JsonArray after):
                CompareItems(patch, path, before, after);
                break;
            default:
                if (!JsonNode.DeepEquals(old, current))
                {
                    Add(patch, "replace", path, current);
                }

                break;
        }
    }

    private static void CompareFields(JsonArray patch, string path, JsonObject old, JsonObject current)
    {
        foreach (var (name, _) in old.Where(f => !current.ContainsKey(f.Key)))
        {
            patch.Add(new JsonObject { ["op"] = "remove", ["path"] = Below(path, name) });
        }

        foreach (var (name, value) in current)
        {
            if (old.TryGetPropertyValue(name, out var before))
            {
                Compare(patch, Below(path, name), before, value);
            }
            else
            {
                Add(patch, "add", Below(path, name), value);
            }
        }
    }

    private static void CompareItems(JsonArray patch, string path, JsonArray old, JsonArray current)
    {
        var both = Math.Min(old.Count, current.Count);
        for (var i = 0; i < both; i++)
        {
            Compare(patch, $"{path}/{i}", old[i], current[i]);
        }

        for (var i = old.Count - 1; i >= both; i--)
        {
            patch.Add(new JsonObject { ["op"] = "remove", ["path"] = $"{path}/{i}" });
        }

        foreach (var item in current.Skip(both))
        {
            Add(patch, "add", $"{path}/-", item);
        }
    }

    private static void Add(JsonArray patch, string operation, string path, JsonNode? value) =>
        patch.Add(new JsonObject { ["op"] = operation, ["path"] = path, ["value"] = value?.DeepClone() });

    private static string Below(string path, string name) =>
        $"{path}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
}
