using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Patching;

/// <summary>JSON merge patch, RFC 7386 (<c>application/merge-patch+json</c>).</summary>
public static class JsonMergePatch
{
    /// <summary>The patched object; <paramref name="target"/> is changed in place, <paramref name="patch"/> is
    /// not.</summary>
    public static JsonObject Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (name, change) in patch)
        {
            switch (change)
            {
                case null:
                    target.Remove(name);
                    break;
                case JsonObject fields when target.TryGetPropertyValue(name, out var current)
                    && current is JsonObject below:
                    Apply(below, fields);
                    break;
                case JsonObject fields:
                    target[name] = Apply([], fields);
                    break;
                default:
                    target[name] = change.DeepClone();
                    break;
            }
        }

        return target;
    }
}
