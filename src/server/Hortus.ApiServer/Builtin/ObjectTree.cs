using System.Text.Json.Nodes;

namespace Hortus.ApiServer.Builtin;

/// <summary>Reads and writes fields of an object's JSON tree by path; a field of another type than asked for reads as
/// absent.</summary>
internal static class ObjectTree
{
    extension(JsonObject node)
    {
        /// <summary>The value at the path, or null.</summary>
        public JsonNode? At(params ReadOnlySpan<string> path)
        {
            JsonNode? current = node;
            foreach (var field in path)
            {
                if (current is not JsonObject parent || !parent.TryGetPropertyValue(field, out current))
                {
                    return null;
                }
            }

            return current;
        }

        /// <summary>The object at the path, or null.</summary>
        public JsonObject? Map(params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

        /// <summary>The objects of the list at the path; empty when there is none.</summary>
        public IEnumerable<JsonObject> Items(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonArray list ? list.OfType<JsonObject>() : [];

        /// <summary>The texts of the list at the path; empty when there is none.</summary>
        public IReadOnlyList<string> Texts(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonArray list ? [.. list.Select(AsText).OfType<string>()] : [];

        /// <summary>The text at the path, or null.</summary>
        public string? Text(params ReadOnlySpan<string> path) => AsText(node.At(path));

        /// <summary>The whole number at the path, or null.</summary>
        public long? Number(params ReadOnlySpan<string> path) => AsNumber(node.At(path));

        /// <summary>The truth value at the path, or null.</summary>
        public bool? Flag(params ReadOnlySpan<string> path) =>
            node.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

        /// <summary>The object at the path, created when it is absent.</summary>
        public JsonObject Ensure(params ReadOnlySpan<string> path)
        {
            var current = node;
            foreach (var field in path)
            {
                if (current[field] is not JsonObject child)
                {
                    child = [];
                    current[field] = child;
                }

                current = child;
            }

            return current;
        }

        /// <summary>The list under a field, created when it is absent.</summary>
        public JsonArray EnsureList(string field)
        {
            if (node[field] is not JsonArray list)
            {
                list = [];
                node[field] = list;
            }

            return list;
        }

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

    /// <summary>The text of a value, or null.</summary>
    public static string? AsText(JsonNode? value) =>
        value is JsonValue scalar && scalar.TryGetValue<string>(out var text) ? text : null;

    /// <summary>The whole number of a value, or null.</summary>
    public static long? AsNumber(JsonNode? value)
    {
        if (value is not JsonValue scalar)
        {
            return null;
        }

        if (scalar.TryGetValue<long>(out var number))
        {
            return number;
        }

        return scalar.TryGetValue<int>(out var small) ? small : null;
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
            if (labels?.Text(key) is not { } actual || actual != AsText(value))
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
            "In" => actual is not null && requirement.Texts("values").Contains(actual),
            "NotIn" => actual is null || !requirement.Texts("values").Contains(actual),
            "Exists" => actual is not null,
            "DoesNotExist" => actual is null,
            _ => false,
        };
    }
}
