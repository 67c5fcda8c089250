using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.Client;

/// <summary>Reads the served kinds from <c>/api</c> and <c>/apis</c>.</summary>
internal static class Discovery
{
    public static async Task<DiscoveredKinds> RunAsync(
        ApiTransport transport, CancellationToken cancellationToken)
    {
        var versions = new List<GroupVersion>();
        var core = await transport.SendAsync<JsonObject>(new(HttpMethod.Get, "api"), cancellationToken);
        versions.AddRange(Items(core, "versions").Select(v => new GroupVersion("", v!.GetValue<string>())));
        var groups = await transport.SendAsync<JsonObject>(new(HttpMethod.Get, "apis"), cancellationToken);
        foreach (var group in Items(groups, "groups"))
        {
            versions.AddRange(Items(group, "versions").Select(v => GroupVersion.Parse(Text(v, "groupVersion"))));
        }

        var kinds = new List<ResourceKind>();
        var failed = new Dictionary<GroupVersion, string>();
        foreach (var version in versions)
        {
            kinds.AddRange(await ReadAsync(transport, version, failed, cancellationToken));
        }

        return new DiscoveredKinds(kinds, failed);
    }

    // One broken aggregated API must not hide all the others.
    private static async Task<IReadOnlyList<ResourceKind>> ReadAsync(
        ApiTransport transport,
        GroupVersion version,
        Dictionary<GroupVersion, string> failed,
        CancellationToken cancellationToken)
    {
        try
        {
            var path = version.Group.Length == 0 ? $"api/{version.Version}" : $"apis/{version}";
            var list = await transport.SendAsync<JsonObject>(new(HttpMethod.Get, path), cancellationToken);
            return Kinds(version, Items(list, "resources"));
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return [];
        }
        catch (ApiException e) when (e.Code >= 500)
        {
            failed[version] = e.Status.Message ?? e.Message;
            return [];
        }
    }

    private static List<ResourceKind> Kinds(GroupVersion version, JsonArray resources)
    {
        var names = resources.Select(r => Text(r, "name")).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. resources.Where(r => !Text(r, "name").Contains('/')).Select(r => new ResourceKind
            {
                Group = version.Group,
                Version = version.Version,
                Kind = Text(r, "kind"),
                Plural = Text(r, "name"),
                Namespaced = r?["namespaced"]?.GetValue<bool>() ?? false,
                ShortNames = [.. Items(r, "shortNames").Select(s => s!.GetValue<string>())],
                Categories = [.. Items(r, "categories").Select(s => s!.GetValue<string>())],
                HasStatus = names.Contains(Text(r, "name") + "/status"),
                HasScale = names.Contains(Text(r, "name") + "/scale"),
            }),
        ];
    }

    private static JsonArray Items(JsonNode? node, string field) => node?[field] as JsonArray ?? [];

    private static string Text(JsonNode? node, string field) => node?[field]?.GetValue<string>() ?? "";
}
