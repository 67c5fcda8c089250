using System.Text.Json.Nodes;
using Hortus.Objects;

namespace Hortus.ApiServer.Apply;

/// <summary>Lays an applied config over the live object.</summary>
internal static class TypedMerge
{
    /// <summary>Merges into <paramref name="live"/>; <paramref name="config"/> is only read.</summary>
    public static void Merge(JsonObject live, JsonObject config, SchemaNode schema) =>
        MergeFields(live, config, schema, Level.Root);

    private static void MergeFields(JsonObject live, JsonObject config, SchemaNode? schema, Level level)
    {
        foreach (var (name, wanted) in config)
        {
            var field = Ownership.FieldOf(schema, name, level == Level.Root, out _);
            if (!live.TryGetPropertyValue(name, out var current)
                || !MergeInto(current, wanted, field, Ownership.Under(level, name)))
            {
                live[name] = wanted?.DeepClone();
            }
        }
    }

    /// <summary>Merges where both sides have parts with owners of their own; false when the wanted value replaces the
    /// current.</summary>
    private static bool MergeInto(JsonNode? current, JsonNode? wanted, SchemaNode? schema, Level level)
    {
        switch (current, wanted)
        {
            case (JsonObject fields, JsonObject config) when Ownership.IsGranular(schema):
                MergeFields(fields, config, schema, level);
                return true;
            case (JsonArray items, JsonArray config) when Ownership.FormOf(schema) is var form and not ListForm.Atomic:
                MergeItems(items, config, schema!, form);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The order is that of the config; items only the live list has keep their place relative to those
    /// before.</summary>
    private static void MergeItems(JsonArray live, JsonArray config, SchemaNode schema, ListForm form)
    {
        var wantedSteps = Steps(config, schema, form);
        var currentSteps = Steps(live, schema, form);
        var wanted = new HashSet<string>(wantedSteps, StringComparer.Ordinal);
        var current = new Dictionary<string, JsonNode?>(live.Count, StringComparer.Ordinal);
        var items = live.ToArray();
        live.Clear();
        for (var i = 0; i < items.Length; i++)
        {
            current.TryAdd(currentSteps[i], items[i]);
        }

        var shared = new Queue<string>(wantedSteps.Where(current.ContainsKey));
        var left = 0;
        var right = 0;
        while (left < items.Length || right < config.Count)
        {
            if (left < items.Length)
            {
                var step = currentSteps[left];
                if (!wanted.Contains(step))
                {
                    live.Add(items[left++]);
                    continue;
                }

                if (!shared.TryPeek(out var next) || next != step)
                {
                    // Placed where the config has it.
                    left++;
                    continue;
                }
            }

            // Up to and including the next item that both have, the config's items come first.
            var wantedStep = wantedSteps[right];
            if (shared.TryPeek(out var awaited) && awaited == wantedStep)
            {
                shared.Dequeue();
                left += left < items.Length && currentSteps[left] == wantedStep ? 1 : 0;
            }

            live.Add(Item(current, wantedStep, config[right++], schema));
        }
    }

    private static JsonNode? Item(Dictionary<string, JsonNode?> current, string step, JsonNode? wanted,
        SchemaNode schema) =>
        current.TryGetValue(step, out var item) && MergeInto(item, wanted, schema.Items, Level.Other)
            ? item
            : wanted?.DeepClone();

    private static string[] Steps(JsonArray items, SchemaNode schema, ListForm form)
    {
        var steps = new string[items.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = Ownership.StepOf(items[i], i, form, schema);
        }

        return steps;
    }
}
