using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>What changed between two versions of an object. Null sets are empty.</summary>
internal readonly record struct Comparison(FieldSet? Changed, FieldSet? Removed)
{
    public bool IsSame => Changed is null && Removed is null;

    public static Comparison Of(JsonObject? old, JsonObject updated, SchemaNode schema)
    {
        FieldSet? changed = null;
        FieldSet? removed = null;
        CompareFields(old ?? [], updated, schema, Level.Root, ref changed, ref removed);
        return new Comparison(changed, removed);
    }

    private static void Compare(
        JsonNode? old, JsonNode? updated, SchemaNode? schema, Level level, ref FieldSet? changed, ref FieldSet? removed)
    {
        if (ReferenceEquals(old, updated))
        {
            return;
        }

        switch (old, updated)
        {
            case (JsonObject before, JsonObject after) when Ownership.IsGranular(schema):
                CompareFields(before, after, schema, level, ref changed, ref removed);
                break;
            case (null, JsonObject after) when Ownership.IsGranular(schema):
                CompareFields([], after, schema, level, ref changed, ref removed);
                break;
            case (null, JsonArray after) when Ownership.FormOf(schema) is var form and not ListForm.Atomic:
                CompareItems([], after, schema!, form, ref changed, ref removed);
                break;
            case (JsonArray before, JsonArray after) when Ownership.FormOf(schema) is var form and not ListForm.Atomic:
                CompareItems(before, after, schema!, form, ref changed, ref removed);
                break;
            default:
                if (!JsonTree.Same(old, updated))
                {
                    (changed ??= new FieldSet()).Owned = true;
                }

                break;
        }
    }

    private static void CompareFields(
        JsonObject old, JsonObject updated, SchemaNode? schema, Level level, ref FieldSet? changed,
            ref FieldSet? removed)
    {
        foreach (var (name, after) in updated)
        {
            if (Ownership.IsUntracked(name, level))
            {
                continue;
            }

            var field = Ownership.FieldOf(schema, name, level == Level.Root, out _);
            var under = Ownership.Under(level, name);
            if (!old.TryGetPropertyValue(name, out var before))
            {
                Attach(ref changed, PathStep.Field(name), FieldSets.OfAll(after, field, under));
                continue;
            }

            FieldSet? innerChanged = null;
            FieldSet? innerRemoved = null;
            Compare(before, after, field, under, ref innerChanged, ref innerRemoved);
            if (innerChanged is not null || innerRemoved is not null)
            {
                var step = PathStep.Field(name);
                Attach(ref changed, step, innerChanged);
                Attach(ref removed, step, innerRemoved);
            }
        }

        foreach (var (name, before) in old)
        {
            if (!updated.ContainsKey(name) && !Ownership.IsUntracked(name, level))
            {
                var field = Ownership.FieldOf(schema, name, level == Level.Root, out _);
                Attach(ref removed, PathStep.Field(name), FieldSets.OfAll(before, field, Ownership.Under(level, name)));
            }
        }
    }

    private static void CompareItems(
        JsonArray old, JsonArray updated, SchemaNode schema, ListForm form, ref FieldSet? changed,
            ref FieldSet? removed)
    {
        var before = new Dictionary<string, JsonNode?>(old.Count, StringComparer.Ordinal);
        for (var i = 0; i < old.Count; i++)
        {
            before.TryAdd(Ownership.StepOf(old[i], i, form, schema), old[i]);
        }

        // Duplicates are tolerated in stored lists; without this check every update would seem to add them.
        if (before.Count < old.Count && JsonTree.Same(old, updated))
        {
            return;
        }

        for (var i = 0; i < updated.Count; i++)
        {
            var step = Ownership.StepOf(updated[i], i, form, schema);
            if (!before.Remove(step, out var earlier))
            {
                Attach(ref changed, step, FieldSets.OfAll(updated[i], schema.Items, Level.Other));
                continue;
            }

            FieldSet? innerChanged = null;
            FieldSet? innerRemoved = null;
            Compare(earlier, updated[i], schema.Items, Level.Other, ref innerChanged, ref innerRemoved);
            Attach(ref changed, step, innerChanged);
            Attach(ref removed, step, innerRemoved);
        }

        foreach (var (step, gone) in before)
        {
            Attach(ref removed, step, FieldSets.OfAll(gone, schema.Items, Level.Other));
        }
    }

    private static void Attach(ref FieldSet? to, string step, FieldSet? set)
    {
        if (set is { IsEmpty: false })
        {
            (to ??= new FieldSet()).Attach(step, set);
        }
    }
}
