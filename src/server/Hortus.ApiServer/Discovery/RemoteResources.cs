using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Discovery;

/// <summary>Puts the resource list of another server into the form of aggregated discovery.</summary>
internal static class RemoteResources
{
    /// <summary>The resources of a group version, subresources below their parents.</summary>
    public static JsonArray Aggregated(GroupVersion version, IReadOnlyList<JsonObject> resources)
    {
        var subresources = resources.Where(r => NameOf(r).Contains('/', StringComparison.Ordinal))
            .ToLookup(r => NameOf(r).Split('/')[0], StringComparer.Ordinal);
        return
        [
            .. resources.Where(r => !NameOf(r).Contains('/', StringComparison.Ordinal))
                .Select(r => Resource(version, r, subresources[NameOf(r)])),
        ];
    }

    private static JsonNode Resource(GroupVersion version, JsonObject listed, IEnumerable<JsonObject> subresources)
    {
        var resource = new JsonObject
        {
            ["resource"] = NameOf(listed),
            ["responseKind"] = KindOf(version, listed),
            ["scope"] = listed.Flag("namespaced") == true ? "Namespaced" : "Cluster",
            ["singularResource"] = listed.Text("singularName") ?? "",
            ["verbs"] = ObjectTree.List(listed.TextList("verbs")),
        };
        foreach (var field in (string[])["shortNames", "categories"])
        {
            if (listed.TextList(field) is { Count: > 0 } names)
            {
                resource[field] = ObjectTree.List(names);
            }
        }

        JsonArray below =
        [
            .. subresources.Select(s => (JsonNode)new JsonObject
            {
                ["subresource"] = NameOf(s)[(NameOf(listed).Length + 1)..],
                ["responseKind"] = KindOf(version, s),
                ["verbs"] = ObjectTree.List(s.TextList("verbs")),
            }),
        ];
        if (below.Count > 0)
        {
            resource["subresources"] = below;
        }

        return resource;
    }

    private static string NameOf(JsonObject listed) => listed.Text("name") ?? "";

    private static JsonObject KindOf(GroupVersion version, JsonObject listed) => new()
    {
        ["group"] = listed.Text("version") is { Length: > 0 } ? listed.Text("group") ?? "" : version.Group,
        ["version"] = listed.Text("version") is { Length: > 0 } own ? own : version.Version,
        ["kind"] = listed.Text("kind") ?? "",
    };
}
