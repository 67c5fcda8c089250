using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Aggregation;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Subresources;
using Hortus.Objects;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Hortus.ApiServer.Discovery;

/// <summary>Tells clients which resources there are: <c>/api</c>, <c>/apis</c> and below, in the old form and aggregated.</summary>
internal sealed class DiscoveryHandler(ResourceRegistry registry, RemoteApis remote)
{
    private const string DiscoveryGroup = "apidiscovery.k8s.io";

    /// <summary>Answers if the path is one of discovery.</summary>
    /// <returns>False for other paths.</returns>
    public async Task<bool> TryHandleAsync(HttpContext http, string path, CancellationToken cancellationToken)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts is ["api"] or ["apis"] && AggregatedVersion(http.Request) is { } version)
        {
            await WriteAggregatedAsync(http, parts[0] == "api", version, cancellationToken);
            return true;
        }

        JsonObject? document = parts switch
        {
            ["api"] => CoreVersions(),
            ["apis"] => Groups(),
            ["api", var v] => Resources(new GroupVersion("", v)),
            ["apis", var group] => Group(group),
            ["apis", var group, var v] => Resources(new GroupVersion(group, v)),
            _ => null,
        };
        if (document is null)
        {
            return false;
        }

        Output.OutputFormat.RequirePlain(http.Request);
        await ResponseBody.WriteAsync(http, 200, document, cancellationToken);
        return true;
    }

    private static string? AggregatedVersion(HttpRequest request)
    {
        if (!MediaTypeHeaderValue.TryParseList([.. request.Headers.Accept.OfType<string>()], out var types))
        {
            return null;
        }

        foreach (var type in types.Where(t => t.MatchesMediaType("application/json")))
        {
            if (Parameter(type, "g") == DiscoveryGroup && Parameter(type, "as") == "APIGroupDiscoveryList"
                && Parameter(type, "v") is "v2" or "v2beta1")
            {
                return Parameter(type, "v");
            }

            if (Parameter(type, "as") is null)
            {
                return null;
            }
        }

        return null;
    }

    private static string? Parameter(MediaTypeHeaderValue type, string name) =>
        type.Parameters.FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Value;

    private async Task WriteAggregatedAsync(HttpContext http, bool core, string version, CancellationToken cancellationToken)
    {
        var groups = GroupsOf(core).Select(group => (JsonNode)new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = group.Name, ["creationTimestamp"] = null },
            ["versions"] = new JsonArray([.. group.Versions.Select(v => (JsonNode)Aggregated(new GroupVersion(group.Name, v)))]),
        });
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["kind"] = "APIGroupDiscoveryList",
            ["apiVersion"] = $"{DiscoveryGroup}/{version}",
            ["metadata"] = new JsonObject(),
            ["items"] = new JsonArray([.. groups]),
        });
        var tag = $"\"{Convert.ToHexString(SHA256.HashData(bytes))}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.Vary = "Accept";
        if (http.Request.Headers.IfNoneMatch == tag)
        {
            http.Response.StatusCode = 304;
            return;
        }

        http.Response.StatusCode = 200;
        http.Response.ContentType = $"application/json;g={DiscoveryGroup};v={version};as=APIGroupDiscoveryList";
        await http.Response.Body.WriteAsync(bytes, cancellationToken);
    }

    private JsonObject Aggregated(GroupVersion version)
    {
        var other = remote.Find(version);
        return new JsonObject
        {
            ["version"] = version.Version,
            ["resources"] = other is null
                ? new JsonArray([.. DefinitionsOf(version).Select(Aggregated)])
                : RemoteResources.Aggregated(version, other.Resources ?? []),
            ["freshness"] = other is null or { Availability.IsAvailable: true, Resources: not null } ? "Current" : "Stale",
        };
    }

    private static JsonNode Aggregated(ResourceDefinition definition)
    {
        var kind = definition.Kind;
        var resource = new JsonObject
        {
            ["resource"] = kind.Plural,
            ["responseKind"] = ResponseKind(kind),
            ["scope"] = kind.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = definition.Singular,
            ["verbs"] = Texts(definition.Verbs),
        };
        AddNames(resource, kind);
        if (definition.Subresources.Count > 0)
        {
            resource["subresources"] = new JsonArray([.. Ordered(definition).Select(s => (JsonNode)new JsonObject
            {
                ["subresource"] = s.Name,
                ["responseKind"] = ResponseKind(s.Kind ?? kind),
                ["verbs"] = Texts(s.Verbs),
            })]);
        }

        return resource;
    }

    private JsonObject CoreVersions() => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = Texts(GroupsOf(core: true).SelectMany(g => g.Versions)),
        ["serverAddressByClientCIDRs"] = new JsonArray(),
    };

    private JsonObject Groups() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. GroupsOf(core: false).Select(g => (JsonNode)DescribeGroup(g))]),
    };

    private JsonObject? Group(string name)
    {
        if (GroupsOf(core: false).FirstOrDefault(g => g.Name == name) is not { } found)
        {
            return null;
        }

        var group = DescribeGroup(found);
        group["kind"] = "APIGroup";
        group["apiVersion"] = "v1";
        return group;
    }

    private static JsonObject DescribeGroup(DiscoveredGroup group)
    {
        var described = group.Versions
            .Select(v => new JsonObject { ["groupVersion"] = $"{group.Name}/{v}", ["version"] = v }).ToList();
        return new JsonObject
        {
            ["name"] = group.Name,
            ["versions"] = new JsonArray([.. described]),
            ["preferredVersion"] = described[0].DeepClone(),
        };
    }

    private JsonObject? Resources(GroupVersion version)
    {
        var definitions = DefinitionsOf(version);
        if (definitions.Count == 0)
        {
            return null;
        }

        var resources = new JsonArray();
        foreach (var definition in definitions)
        {
            var kind = definition.Kind;
            var resource = new JsonObject
            {
                ["name"] = kind.Plural,
                ["singularName"] = definition.Singular,
                ["namespaced"] = kind.Namespaced,
                ["kind"] = kind.Kind,
                ["verbs"] = Texts(definition.Verbs),
            };
            AddNames(resource, kind);
            if (definition.Virtual is null)
            {
                resource["storageVersionHash"] = StorageHash(definition);
            }

            resources.Add(resource);
            foreach (var subresource in Ordered(definition))
            {
                var entry = new JsonObject
                {
                    ["name"] = $"{kind.Plural}/{subresource.Name}",
                    ["singularName"] = "",
                    ["namespaced"] = kind.Namespaced,
                    ["kind"] = (subresource.Kind ?? kind).Kind,
                    ["verbs"] = Texts(subresource.Verbs),
                };
                if (subresource.Kind is { } other)
                {
                    entry["group"] = other.Group;
                    entry["version"] = other.Version;
                }

                resources.Add(entry);
            }
        }

        return new JsonObject
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = version.ToString(),
            ["resources"] = resources,
        };
    }

    private static IEnumerable<SubresourceDefinition> Ordered(ResourceDefinition definition) =>
        definition.Subresources.Values.OrderBy(s => s.Name, StringComparer.Ordinal);

    private static void AddNames(JsonObject resource, ResourceKind kind)
    {
        if (kind.ShortNames.Count > 0)
        {
            resource["shortNames"] = Texts(kind.ShortNames);
        }

        if (kind.Categories.Count > 0)
        {
            resource["categories"] = Texts(kind.Categories);
        }
    }

    private static JsonObject ResponseKind(ResourceKind kind) => new()
    {
        ["group"] = kind.Group,
        ["version"] = kind.Version,
        ["kind"] = kind.Kind,
    };

    private static string StorageHash(ResourceDefinition definition)
    {
        var stored = definition.StorageApiVersion;
        var storage = $"{(stored.Contains('/', StringComparison.Ordinal) ? stored : "/" + stored)}/{definition.Kind.Kind}";
        return Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(storage)).AsSpan(0, 8));
    }

    private static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode)t)]);

    private List<ResourceDefinition> DefinitionsOf(GroupVersion version) =>
        [.. registry.All.Where(d => d.Kind.GroupVersion == version).OrderBy(d => d.Kind.Plural, StringComparer.Ordinal)];

    private IReadOnlyList<DiscoveredGroup> GroupsOf(bool core)
    {
        var versions = new Dictionary<GroupVersion, GroupPriority>();
        foreach (var version in registry.All.GroupBy(d => d.Kind.GroupVersion).Where(g => g.Key.Group.Length == 0 == core))
        {
            versions[version.Key] = GroupPriority.OfLocal(version.Key, version.All(d => d.IsCustom));
        }

        foreach (var api in core ? [] : remote.All)
        {
            versions[api.GroupVersion] = api.Priority;
        }

        return DiscoveredGroup.Order(versions);
    }
}
