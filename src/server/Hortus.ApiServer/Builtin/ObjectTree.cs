using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>What the JSON trees of Kubernetes objects have in common, and what their strategies do with them.</summary>
internal static class ObjectTree
{
    extension(JsonObject node)
    {
        /// <summary>Sets a field that is absent.</summary>
        public void Default(string field, JsonNode? value)
        {
            if (node[field] is null)
            {
                node[field] = value;
            }
        }

        public string Name => node.Text("metadata", "name") ?? "";

        public string? Namespace => node.Text("metadata", "namespace");

        public string? Uid => node.Text("metadata", "uid");

        public bool IsBeingDeleted => node.At("metadata", "deletionTimestamp") is not null;
    }

    /// <summary>A JSON list of texts.</summary>
    public static JsonArray List(IEnumerable<string> values) => [.. values.Select(v => (JsonNode?)JsonValue.Create(v))];

    /// <summary>Whether a label selector (as JSON) selects a set of labels; a null selector selects nothing.</summary>
    public static bool Selects(JsonObject? selector, JsonObject? labels)
    {
        if (selector is null)
        {
            return false;
        }

        foreach (var (key, value) in selector.Map("matchLabels") ?? [])
        {
            if (labels?.Text(key) is not { } actual || actual != value.Text())
            {
                return false;
            }
        }

        return selector.Items("matchExpressions").All(e => Meets(e, labels));
    }

    private static bool Meets(JsonObject requirement, JsonObject? labels)
    {
        var actual = labels?.Text(requirement.Text("key") ?? "");
        return requirement.Text("operator") switch
        {
            "In" => actual is not null && requirement.TextList("values").Contains(actual),
            "NotIn" => actual is null || !requirement.TextList("values").Contains(actual),
            "Exists" => actual is not null,
            "DoesNotExist" => actual is null,
            _ => false,
        };
    }
}
