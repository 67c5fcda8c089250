using System.Text.Json;
using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.GardenApi.Registry;

/// <summary>Moves between the server's JSON trees and typed objects.</summary>
internal static class TypedObjects
{
    /// <summary>The typed form, or null when a field has the wrong type (the schema check words that fault).</summary>
    public static T? TryRead<T>(JsonObject tree) where T : KubernetesObject
    {
        try
        {
            return Deserialize<T>(tree);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The typed form; a field of the wrong type is added to the faults.</summary>
    public static T? Read<T>(JsonObject tree, FieldErrors errors) where T : KubernetesObject
    {
        try
        {
            return Deserialize<T>(tree);
        }
        catch (JsonException e)
        {
            errors.TypeInvalid(new FieldPath(e.Path?.TrimStart('$', '.') ?? ""), null, e.Message);
            return null;
        }
    }

    /// <summary>Replaces the content of a tree by a typed object; unknown fields are in the object and so
    /// survive.</summary>
    public static void Write<T>(JsonObject tree, T value) where T : KubernetesObject
    {
        var fields = KubernetesJson.ToNode(value);
        tree.Clear();
        foreach (var (name, field) in fields.ToList())
        {
            fields.Remove(name);
            tree[name] = field;
        }
    }

    /// <summary>Whether two structures say the same.</summary>
    public static bool Same<T>(T? left, T? right) where T : class =>
        left is null || right is null
            ? left is null && right is null
            : KubernetesJson.Serialize(left).AsSpan().SequenceEqual(KubernetesJson.Serialize(right));

    private static T Deserialize<T>(JsonObject tree) where T : KubernetesObject
    {
        if (NullItem(tree, FieldPath.Root) is { } path)
        {
            throw new JsonException($"{path}: must not be null", path.ToString(), null, null);
        }

        return KubernetesJson.Deserialize<T>(tree);
    }

    // Objects of other types, configurations for extensions and values of charts are carried along and may be anything.
    private static bool IsFree(string name, JsonNode? value) =>
        name == "providerConfig" || (value is JsonObject fields && (name == "values" || fields.ContainsKey("apiVersion")));

    // No list of ours takes null.
    private static FieldPath? NullItem(JsonNode? node, FieldPath path)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach (var (name, value) in fields)
                {
                    if (!IsFree(name, value) && NullItem(value, path.Child(name)) is { } found)
                    {
                        return found;
                    }
                }

                return null;
            case JsonArray items:
                for (var i = 0; i < items.Count; i++)
                {
                    if (items[i] is null || NullItem(items[i], path[i]) is not null)
                    {
                        return path[i];
                    }
                }

                return null;
            default:
                return null;
        }
    }
}
