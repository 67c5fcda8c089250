using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Schemas;
using Hortus.Objects;

namespace Hortus.ApiServer.Patching;

/// <summary>Strategic merge of lists whose items are told apart: by a merge key, or by being scalars.</summary>
internal static class KeyedListPatch
{
    /// <summary>Whether lists of this schema are merged rather than replaced.</summary>
    public static bool IsMerged(SchemaNode? schema) =>
        schema?.PatchStrategy is { } strategy
        && strategy.Split(',').Any(part => part.AsSpan().Trim().SequenceEqual("merge"));

    /// <summary>The merged list; <paramref name="target"/> is changed in place.</summary>
    public static JsonArray Merge(JsonArray target, JsonArray patch, JsonArray? order, SchemaNode schema)
    {
        var replaces = patch.OfType<JsonObject>().Any(item => Directives.Of(item) == Directives.Replace);
        if (replaces)
        {
            return Replace(patch, schema);
        }

        if (schema.PatchMergeKey is { } key)
        {
            MergeItems(target, patch, key, schema);
        }
        else
        {
            MergeScalars(target, patch);
        }

        if (order is not null)
        {
            Reorder(target, order, schema);
        }

        return target;
    }

    /// <summary>Removes scalars by value.</summary>
    public static void DeleteScalars(JsonArray items, JsonArray gone)
    {
        var values = gone.Select(ListChecks.Canonical).ToHashSet(StringComparer.Ordinal);
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (values.Contains(ListChecks.Canonical(items[i])))
            {
                items.RemoveAt(i);
            }
        }
    }

    /// <summary>Puts the items into the wanted order; items it does not name stay behind the one they stood
    /// behind.</summary>
    public static void Reorder(JsonArray items, JsonArray order, SchemaNode schema)
    {
        var ranks = new Dictionary<string, int>(order.Count, StringComparer.Ordinal);
        foreach (var item in order)
        {
            ranks.TryAdd(IdOf(item, schema), ranks.Count);
        }

        var ranked = new List<(int Rank, JsonNode? Item)>(items.Count);
        var rank = -1;
        foreach (var item in items)
        {
            rank = ranks.TryGetValue(IdOf(item, schema), out var own) ? own : rank;
            ranked.Add((rank, item));
        }

        items.Clear();
        foreach (var (_, item) in ranked.OrderBy(entry => entry.Rank))
        {
            items.Add(item);
        }
    }

    private static JsonArray Replace(JsonArray patch, SchemaNode schema)
    {
        var list = new JsonArray();
        foreach (var item in patch)
        {
            if (item is JsonObject fields && fields.ContainsKey(Directives.Patch))
            {
                if (fields.Count == 1)
                {
                    continue;
                }

                var copy = (JsonObject)fields.DeepClone();
                copy.Remove(Directives.Patch);
                list.Add((JsonNode)copy);
                continue;
            }

            list.Add(StrategicMergePatch.Fresh(item, schema.Items));
        }

        return list;
    }

    private static void MergeItems(JsonArray target, JsonArray patch, string key, SchemaNode schema)
    {
        var at = new Dictionary<string, int>(target.Count, StringComparer.Ordinal);
        for (var i = 0; i < target.Count; i++)
        {
            at.TryAdd(IdOf(target[i], schema), i);
        }

        HashSet<string>? deleted = null;
        foreach (var item in patch)
        {
            if (item is not JsonObject fields || !fields.ContainsKey(key))
            {
                throw Rejection.BadRequest(
                    $"strategic merge patch: list item {item?.ToJsonString() ?? "null"} lacks the merge key \"{key}\"");
            }

            var id = IdOf(fields, schema);
            if (Directives.Of(fields) == Directives.Delete)
            {
                (deleted ??= new HashSet<string>(StringComparer.Ordinal)).Add(id);
            }
            else if (at.TryGetValue(id, out var index) && target[index] is JsonObject current)
            {
                StrategicMergePatch.MergeObject(current, fields, schema.Items, isRoot: false);
            }
            else
            {
                at[id] = target.Count;
                target.Add(StrategicMergePatch.Fresh(fields, schema.Items));
            }
        }

        for (var i = target.Count - 1; deleted is not null && i >= 0; i--)
        {
            if (deleted.Contains(IdOf(target[i], schema)))
            {
                target.RemoveAt(i);
            }
        }
    }

    private static void MergeScalars(JsonArray target, JsonArray patch)
    {
        var known = target.Select(ListChecks.Canonical).ToHashSet(StringComparer.Ordinal);
        foreach (var item in patch)
        {
            if (known.Add(ListChecks.Canonical(item)))
            {
                target.Add(item?.DeepClone());
            }
        }
    }

    private static string IdOf(JsonNode? item, SchemaNode schema) =>
        ListChecks.Canonical(schema.PatchMergeKey is { } key ? item.Field(key) : item);
}
