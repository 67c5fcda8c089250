using System.Text.Json.Nodes;
using Hortus.ApiServer.Decoding;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>Field sets of values.</summary>
internal static class FieldSets
{
    /// <summary>The fields an applied config owns: leaves, list items, keys of maps and empty containers.</summary>
    /// <exception cref="ApiStatusException">400: a list that must have unique items has duplicates, or an item lacks
    /// its keys.</exception>
    public static FieldSet OfConfig(JsonObject config, SchemaNode schema)
    {
        var set = new FieldSet();
        AddConfig(set, config, schema, Level.Root);
        return set;
    }

    /// <summary>Every path of a value, containers included, as owned by whoever adds it.</summary>
    public static FieldSet OfAll(JsonNode? value, SchemaNode? schema, Level level)
    {
        var set = new FieldSet { Owned = level == Level.Other };
        switch (value)
        {
            case JsonObject fields when Ownership.IsGranular(schema):
                foreach (var (name, below) in fields)
                {
                    if (!Ownership.IsUntracked(name, level))
                    {
                        var field = Ownership.FieldOf(schema, name, level == Level.Root, out _);
                        var inner = OfAll(below, field, Ownership.Under(level, name));
                        if (!inner.IsEmpty)
                        {
                            set.Attach(PathStep.Field(name), inner);
                        }
                    }
                }

                break;
            case JsonArray items when Ownership.FormOf(schema) is var form and not ListForm.Atomic:
                for (var i = 0; i < items.Count; i++)
                {
                    set.Attach(Ownership.StepOf(items[i], i, form, schema!),
                        OfAll(items[i], schema!.Items, Level.Other));
                }

                break;
        }

        return set;
    }

    private static void AddConfig(FieldSet set, JsonNode? value, SchemaNode? schema, Level level)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } fields when Ownership.IsGranular(schema):
                AddFields(set, fields, schema, level);
                break;
            case JsonArray { Count: > 0 } items when Ownership.FormOf(schema) is var form and not ListForm.Atomic:
                for (var i = 0; i < items.Count; i++)
                {
                    var step = Ownership.StepOf(items[i], i, form, schema!);
                    CheckItem(set, step, items[i], form, schema!);
                    var item = set.At(step);
                    AddConfig(item, items[i], schema!.Items, Level.Other);
                    item.Owned = true;
                }

                break;
            default:
                set.Owned = level == Level.Other;
                break;
        }
    }

    private static void AddFields(FieldSet set, JsonObject fields, SchemaNode? schema, Level level)
    {
        foreach (var (name, below) in fields)
        {
            if (Ownership.IsUntracked(name, level))
            {
                continue;
            }

            var field = Ownership.FieldOf(schema, name, level == Level.Root, out var declared);
            var inner = new FieldSet();
            AddConfig(inner, below, field, Ownership.Under(level, name));
            inner.Owned |= !declared && level != Level.Root;
            if (!inner.IsEmpty)
            {
                set.Attach(PathStep.Field(name), inner);
            }
        }
    }

    private static void CheckItem(FieldSet set, string step, JsonNode? item, ListForm form, SchemaNode schema)
    {
        if (step[0] == 'i')
        {
            throw Rejection.BadRequest(
                $"failed to create typed patch object: list item {item?.ToJsonString() ?? "null"} lacks its key"
                + $" ({string.Join(", ", Ownership.KeysOf(schema))})");
        }

        if (set.Find(step) is not null)
        {
            var what = form == ListForm.Set ? "duplicate entries for value " : "duplicate entries for key ";
            throw Rejection.BadRequest($"failed to create typed patch object: {what}{PathStep.Show(step)}");
        }
    }
}
