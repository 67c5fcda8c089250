using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>Takes out of a merged object what its applier gave up.</summary>
internal static class Removal
{
    /// <summary>Removes, in place, what was in <paramref name="last"/> and is in <paramref name="owned"/> no
    /// more.</summary>
    /// <param name="merged">The merged object.</param>
    /// <param name="last">What the applier owned by its last apply.</param>
    /// <param name="owned">What any manager owns now, the applier's new config included.</param>
    /// <param name="schema">Schema of the whole object.</param>
    public static void Remove(JsonObject merged, FieldSet last, FieldSet owned, SchemaNode schema) =>
        RemoveFields(merged, last, owned, schema, isRoot: true);

    private static void Remove(JsonNode? value, FieldSet last, FieldSet? owned, SchemaNode? schema)
    {
        switch (value)
        {
            case JsonObject fields when Ownership.IsGranular(schema):
                RemoveFields(fields, last, owned, schema, isRoot: false);
                break;
            case JsonArray items when Ownership.FormOf(schema) is var form and not ListForm.Atomic:
                RemoveItems(items, last, owned, schema!, form);
                break;
        }
    }

    private static void RemoveFields(JsonObject fields, FieldSet last, FieldSet? owned, SchemaNode? schema, bool isRoot)
    {
        foreach (var (step, lastBelow) in last.Below)
        {
            if (!step.StartsWith("f:", StringComparison.Ordinal))
            {
                continue;
            }

            var name = step[2..];
            if (!fields.TryGetPropertyValue(name, out var value))
            {
                continue;
            }

            // A field counts as owned when something below it is; items of lists do not.
            var ownedBelow = owned?.Find(step);
            if (ownedBelow is not null)
            {
                Remove(value, lastBelow, ownedBelow, Ownership.FieldOf(schema, name, isRoot, out _));
            }
            else if (isRoot && name == "metadata")
            {
                Remove(value, lastBelow, null, Ownership.FieldOf(schema, name, isRoot, out _));
            }
            else
            {
                fields.Remove(name);
            }
        }
    }

    private static void RemoveItems(JsonArray items, FieldSet last, FieldSet? owned, SchemaNode schema, ListForm form)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            var step = Ownership.StepOf(items[i], i, form, schema);
            if (last.Find(step) is not { } lastBelow)
            {
                continue;
            }

            var ownedBelow = owned?.Find(step);
            if (lastBelow.Owned && ownedBelow is not { Owned: true })
            {
                items.RemoveAt(i);
            }
            else
            {
                Remove(items[i], lastBelow, ownedBelow, schema.Items);
            }
        }
    }
}
