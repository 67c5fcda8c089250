using System.Text.Json.Nodes;
using Hortus.ApiServer.Authentication;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Authorization;

/// <summary>The spec of a SubjectAccessReview: somebody and what they want to do.</summary>
public static class AccessReviewSpec
{
    /// <summary>Who it is about.</summary>
    public static UserInfo UserOf(JsonObject spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var extra = (spec.Map("extra") ?? []).ToDictionary(
            e => e.Key.ToLowerInvariant(),
            e => (IReadOnlyList<string>)[.. (e.Value as JsonArray ?? []).Select(item => item.Text()).OfType<string>()]);
        return new UserInfo(spec.Text("user") ?? "", spec.TextList("groups")) { Uid = spec.Text("uid") ?? "", Extra = extra };
    }

    /// <summary>What they want to do.</summary>
    public static RequestInfo RequestOf(JsonObject spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Map("resourceAttributes") is not { } resource)
        {
            return new RequestInfo
            {
                Verb = spec.Text("nonResourceAttributes", "verb") ?? "",
                Path = spec.Text("nonResourceAttributes", "path") ?? "",
            };
        }

        return new RequestInfo
        {
            IsResource = true,
            Path = "",
            Verb = resource.Text("verb") ?? "",
            Group = resource.Text("group") ?? "",
            Version = resource.Text("version") ?? "",
            Resource = resource.Text("resource") ?? "",
            Subresource = resource.Text("subresource") ?? "",
            Namespace = resource.Text("namespace"),
            Name = resource.Text("name") is { Length: > 0 } name ? name : null,
            SelectedFields = SelectedIn(resource),
        };
    }

    /// <summary>The spec that asks whether a user may make a request.</summary>
    public static JsonObject Of(UserInfo user, RequestInfo request)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(request);
        var spec = new JsonObject
        {
            ["user"] = user.Name,
            ["groups"] = List(user.Groups),
            ["extra"] = new JsonObject(user.Extra.Select(e => KeyValuePair.Create(e.Key, (JsonNode?)List(e.Value)))),
        };
        if (user.Uid.Length > 0)
        {
            spec["uid"] = user.Uid;
        }

        if (!request.IsResource)
        {
            spec["nonResourceAttributes"] = new JsonObject { ["verb"] = request.Verb, ["path"] = request.Path };
            return spec;
        }

        var attributes = new JsonObject
        {
            ["verb"] = request.Verb,
            ["group"] = request.Group,
            ["version"] = request.Version,
            ["resource"] = request.Resource,
            ["subresource"] = request.Subresource,
            ["namespace"] = request.Namespace ?? "",
            ["name"] = request.Name ?? "",
        };
        if (request.SelectedFields.Count > 0)
        {
            attributes["fieldSelector"] = new JsonObject
            {
                ["requirements"] = new JsonArray([.. request.SelectedFields.Select(f => new JsonObject
                {
                    ["key"] = f.Key,
                    ["operator"] = "In",
                    ["values"] = List([f.Value]),
                })]),
            };
        }

        spec["resourceAttributes"] = attributes;
        return spec;
    }

    private static IReadOnlyDictionary<string, string> SelectedIn(JsonObject resource) =>
        resource.Text("fieldSelector", "rawSelector") is { Length: > 0 } raw
            ? Selectors.FieldSelector.Equalities(raw)
            : (resource.Map("fieldSelector") ?? []).Items("requirements")
                .Where(r => r.Text("operator") == "In" && r.TextList("values").Count == 1)
                .GroupBy(r => r.Text("key") ?? "", StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.First().TextList("values")[0], StringComparer.Ordinal);

    private static JsonArray List(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode?)t)];
}
