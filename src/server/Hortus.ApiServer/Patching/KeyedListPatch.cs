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

        var before = Ids(target, schema);
        if (schema.PatchMergeKey is { } key)
        {
            MergeItems(target, patch, key, schema);
        }
        else
        {
            MergeScalars(target, patch);
        }

        Arrange(target, before, order ?? patch, schema);
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

    /// <summary>
    /// Puts the items of the patch into its order. The others keep their order, each before the first item of the patch that
    /// stood behind it; new items stand as far in front as that allows.
    /// </summary>
    /// <param name="items">The merged list.</param>
    /// <param name="before">Ids of the list before the patch, in order.</param>
    /// <param name="order">The wanted order of the items that the patch speaks of.</param>
    /// <param name="schema">Schema of the list.</param>
    public static void Arrange(JsonArray items, IReadOnlyList<string> before, JsonArray order, SchemaNode schema)
    {
        var ranks = new Dictionary<string, int>(order.Count, StringComparer.Ordinal);
        foreach (var item in order)
        {
            ranks.TryAdd(IdOf(item, schema), ranks.Count);
        }

        var places = new Dictionary<string, int>(before.Count, StringComparer.Ordinal);
        foreach (var id in before)
        {
            places.TryAdd(id, places.Count);
        }

        var all = items.Select(item => (Id: IdOf(item, schema), Item: item)).ToList();
        var named = new Queue<(string Id, JsonNode? Item)>(all.Where(i => ranks.ContainsKey(i.Id)).OrderBy(i => ranks[i.Id]));
        items.Clear();
        foreach (var (id, item) in all.Where(i => !ranks.ContainsKey(i.Id))
            .OrderBy(i => places.GetValueOrDefault(i.Id, int.MaxValue)))
        {
            while (named.TryPeek(out var next)
                && !(places.TryGetValue(id, out var own) && places.TryGetValue(next.Id, out var other) && own < other))
            {
                items.Add(named.Dequeue().Item);
            }

            items.Add(item);
        }

        while (named.TryDequeue(out var left))
        {
            items.Add(left.Item);
        }
    }

    /// <summary>What tells the items of a list apart, in order.</summary>
    public static IReadOnlyList<string> Ids(JsonArray items, SchemaNode schema) =>
        [.. items.Select(item => IdOf(item, schema))];

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
        ListChecks.Canonical(schema.PatchMergeKey is { } key ? item.At(key) : item);
}
