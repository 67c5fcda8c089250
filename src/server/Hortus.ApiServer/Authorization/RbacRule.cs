using System.Text;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Builtin;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>What a request wants to do, as RBAC rules see it.</summary>
/// <param name="Verb">The API verb; the lower-case HTTP method for a path.</param>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Resource">Resource with subresource (<c>pods/log</c>); null when a path is asked for.</param>
/// <param name="Name">Name of the object; empty when the request has none.</param>
/// <param name="Path">The path of a request that is about no resource.</param>
internal readonly record struct RbacQuery(string Verb, string Group, string? Resource, string Name, string Path);

/// <summary>One policy rule of a Role or ClusterRole, ready to be matched.</summary>
internal sealed record RbacRule
{
    public string[] Verbs { get; init; } = [];

    public string[] ApiGroups { get; init; } = [];

    public string[] Resources { get; init; } = [];

    public string[] ResourceNames { get; init; } = [];

    public string[] NonResourceUrls { get; init; } = [];

    public static RbacRule Parse(JsonObject rule) => new()
    {
        Verbs = [.. rule.TextList("verbs")],
        ApiGroups = [.. rule.TextList("apiGroups")],
        Resources = [.. rule.TextList("resources")],
        ResourceNames = [.. rule.TextList("resourceNames")],
        NonResourceUrls = [.. rule.TextList("nonResourceURLs")],
    };

    public JsonObject ToJson()
    {
        var json = new JsonObject { ["verbs"] = ObjectTree.List(Verbs) };
        if (NonResourceUrls.Length > 0)
        {
            json["nonResourceURLs"] = ObjectTree.List(NonResourceUrls);
            return json;
        }

        json["apiGroups"] = ObjectTree.List(ApiGroups);
        json["resources"] = ObjectTree.List(Resources);
        if (ResourceNames.Length > 0)
        {
            json["resourceNames"] = ObjectTree.List(ResourceNames);
        }

        return json;
    }

    public bool Allows(in RbacQuery query)
    {
        if (!Has(Verbs, query.Verb))
        {
            return false;
        }

        if (query.Resource is null)
        {
            return AllowsPath(query.Path);
        }

        return Has(ApiGroups, query.Group) && AllowsResource(query.Resource)
            && (ResourceNames.Length == 0 || Array.IndexOf(ResourceNames, query.Name) >= 0);
    }

    /// <summary>The rule cut into pieces with one verb, one resource and so on each: a piece is granted as a whole or
    /// not.</summary>
    public IEnumerable<RbacRule> Pieces()
    {
        foreach (var verb in Verbs)
        {
            foreach (var url in NonResourceUrls)
            {
                yield return new RbacRule { Verbs = [verb], NonResourceUrls = [url] };
            }

            foreach (var group in ApiGroups)
            {
                foreach (var resource in Resources)
                {
                    foreach (var name in ResourceNames.DefaultIfEmpty())
                    {
                        yield return new RbacRule
                        {
                            Verbs = [verb],
                            ApiGroups = [group],
                            Resources = [resource],
                            ResourceNames = name is null ? [] : [name],
                        };
                    }
                }
            }
        }
    }

    /// <summary>Whether whoever holds this rule holds a piece made by <see cref="Pieces"/>.</summary>
    public bool Covers(RbacRule piece)
    {
        if (!Has(Verbs, piece.Verbs[0]))
        {
            return false;
        }

        if (piece.NonResourceUrls.Length > 0)
        {
            return AllowsPath(piece.NonResourceUrls[0]);
        }

        return Has(ApiGroups, piece.ApiGroups[0]) && AllowsResource(piece.Resources[0])
            && (ResourceNames.Length == 0
                || (piece.ResourceNames.Length > 0 && Array.IndexOf(ResourceNames, piece.ResourceNames[0]) >= 0));
    }

    /// <summary>The form used in denial messages.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("{");
        Append(text, "APIGroups", ApiGroups);
        Append(text, "Resources", Resources);
        Append(text, "ResourceNames", ResourceNames);
        Append(text, "NonResourceURLs", NonResourceUrls);
        Append(text, "Verbs", Verbs);
        return text.Append('}').ToString();
    }

    private static void Append(StringBuilder text, string label, string[] values)
    {
        if (values.Length > 0)
        {
            text.Append(text.Length > 1 ? ", " : "").Append(label).Append(":[")
                .AppendJoin(' ', values.Select(v => $"\"{v}\"")).Append(']');
        }
    }

    private static bool Has(string[] values, string wanted)
    {
        foreach (var value in values)
        {
            if (value == "*" || value == wanted)
            {
                return true;
            }
        }

        return false;
    }

    private bool AllowsPath(string path)
    {
        foreach (var url in NonResourceUrls)
        {
            if (url == "*" || url == path
                || (url.EndsWith('*')
                    && path.AsSpan().StartsWith(url.AsSpan(0, url.Length - 1), StringComparison.Ordinal)))
            {
                return true;
            }
        }

        return false;
    }

    private bool AllowsResource(string resource)
    {
        var slash = resource.IndexOf('/', StringComparison.Ordinal);
        foreach (var value in Resources)
        {
            if (value == "*" || value == resource)
            {
                return true;
            }

            // "*/scale" grants one subresource of all resources.
            if (slash >= 0 && value.StartsWith("*/", StringComparison.Ordinal)
                && value.AsSpan(2).SequenceEqual(resource.AsSpan(slash + 1)))
            {
                return true;
            }
        }

        return false;
    }
}
