using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects.Kubernetes;

namespace Hortus.Tokens;

/// <summary>Changes of a Secret that fail when somebody else has changed it meanwhile.</summary>
internal static class SecretPatch
{
    /// <summary>Changes data (null values go) and sets annotations.</summary>
    public static Patch Of(
        Secret known, IReadOnlyDictionary<string, byte[]?> changes, params ReadOnlySpan<(string Name, string Value)> annotations)
    {
        var set = new JsonObject();
        foreach (var (name, value) in annotations)
        {
            set[name] = value;
        }

        return Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = known.Metadata.ResourceVersion, ["annotations"] = set },
            ["data"] = new JsonObject(changes.Select(change => KeyValuePair.Create(
                change.Key, change.Value is null ? null : (JsonNode?)Convert.ToBase64String(change.Value)))),
        });
    }
}
