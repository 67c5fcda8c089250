using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.Patching;

/// <summary>Strategic merge patch (<c>application/strategic-merge-patch+json</c>), driven by the patch strategies and
/// merge keys of the schema.</summary>
public static class StrategicMergePatch
{
    /// <summary>The patched object; <paramref name="target"/> is changed in place, <paramref name="patch"/> is
    /// not.</summary>
    /// <exception cref="ApiStatusException">400: a directive is unknown or misplaced, or an item lacks its merge
    /// key.</exception>
    public static JsonObject Apply(JsonObject target, JsonObject patch, SchemaNode schema) =>
        MergeObject(target, patch, schema, isRoot: true) ?? [];

    /// <summary>The merged object, null when the patch deletes it.</summary>
    internal static JsonObject? MergeObject(JsonObject target, JsonObject patch, SchemaNode? schema, bool isRoot)
    {
        switch (Directives.Of(patch))
        {
            case Directives.Replace:
                return Clean(patch);
            case Directives.Delete:
                return isRoot ? [] : null;
        }

        RetainKeys(target, patch);
        foreach (var (name, change) in patch)
        {
            if (!name.StartsWith('$'))
            {
                MergeField(target, name, change, patch, Child(schema, name, isRoot));
            }
        }

        ListDirectives(target, patch, schema, isRoot);
        return target;
    }

    /// <summary>The value of a patch where there is nothing to merge with.</summary>
    internal static JsonNode? Fresh(JsonNode? change, SchemaNode? schema) => change switch
    {
        JsonObject fields => MergeObject([], fields, schema, isRoot: false),
        JsonArray items when KeyedListPatch.IsMerged(schema) => KeyedListPatch.Merge([], items, null, schema!),
        _ => change?.DeepClone(),
    };

    private static void MergeField(JsonObject target, string name, JsonNode? change, JsonObject patch,
        SchemaNode? schema)
    {
        if (change is null)
        {
            target.Remove(name);
            return;
        }

        target.TryGetPropertyValue(name, out var current);
        JsonNode? merged;
        switch (change)
        {
            case JsonObject fields when IsReplaced(schema):
                merged = Directives.Of(fields) == Directives.Delete ? null : Clean(fields);
                break;
            case JsonObject fields:
                merged = MergeObject(current as JsonObject ?? [], fields, schema, isRoot: false);
                break;
            case JsonArray items when KeyedListPatch.IsMerged(schema):
                var order = Directives.OrderOf(patch, name);
                merged = KeyedListPatch.Merge(current as JsonArray ?? [], items, order, schema!);
                break;
            default:
                merged = change.DeepClone();
                break;
        }

        if (merged is null)
        {
            target.Remove(name);
        }
        else if (!ReferenceEquals(merged, current))
        {
            target[name] = merged;
        }
    }

    /// <summary>Directives about lists that stand beside them: deletions of scalars, and an order without a
    /// list.</summary>
    private static void ListDirectives(JsonObject target, JsonObject patch, SchemaNode? schema, bool isRoot)
    {
        foreach (var (name, value) in patch)
        {
            if (Directives.Field(name, Directives.DeleteFromList) is { } from)
            {
                if (value is not JsonArray gone)
                {
                    throw Rejection.BadRequest($"strategic merge patch: {name} must be a list");
                }

                if (target.At(from) is JsonArray items)
                {
                    KeyedListPatch.DeleteScalars(items, gone);
                }
            }
            else if (Directives.Field(name, Directives.SetOrder) is { } ordered)
            {
                if (!patch.ContainsKey(ordered) && target.At(ordered) is JsonArray items
                    && Child(schema, ordered, isRoot) is { } list && KeyedListPatch.IsMerged(list))
                {
                    KeyedListPatch.Arrange(
                        items, KeyedListPatch.Ids(items, list), Directives.OrderOf(patch, ordered)!, list);
                }
            }
            else if (name.StartsWith('$') && name is not (Directives.Patch or Directives.Retain))
            {
                throw Rejection.BadRequest($"strategic merge patch: unknown directive {name}");
            }
        }
    }

    private static void RetainKeys(JsonObject target, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(Directives.Retain, out var value))
        {
            return;
        }

        var keep = (value as JsonArray
            ?? throw Rejection.BadRequest($"strategic merge patch: {Directives.Retain} must be a list"))
            .Select(item => item.Text() ?? "").ToHashSet(StringComparer.Ordinal);
        foreach (var (name, change) in patch)
        {
            if (change is not null && !name.StartsWith('$') && !keep.Contains(name))
            {
                throw Rejection.BadRequest($"strategic merge patch: {name} is set but not in {Directives.Retain}");
            }
        }

        foreach (var name in target.Select(field => field.Key).Where(name => !keep.Contains(name)).ToList())
        {
            target.Remove(name);
        }
    }

    private static SchemaNode? Child(SchemaNode? schema, string name, bool isRoot) =>
        schema is null ? null : MetadataSchema.Of(schema, name, isRoot) ?? schema.AdditionalProperties;

    private static bool IsReplaced(SchemaNode? schema) => schema?.PatchStrategy is "replace";

    /// <summary>A copy without directives, at any depth.</summary>
    private static JsonObject Clean(JsonObject patch)
    {
        var copy = new JsonObject();
        foreach (var (name, value) in patch)
        {
            if (!name.StartsWith('$'))
            {
                copy[name] = value is JsonObject below ? Clean(below) : value?.DeepClone();
            }
        }

        return copy;
    }
}
