using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>How a live object and a wanted one become one.</summary>
internal sealed record MergeRules
{
    /// <summary>The annotation that says where the object comes from.</summary>
    public required string Origin { get; init; }

    /// <summary>Labels of others go.</summary>
    public bool ForceLabels { get; init; }

    /// <summary>Annotations of others go.</summary>
    public bool ForceAnnotations { get; init; }

    /// <summary>What was wanted last time; null when nothing was.</summary>
    public ManagedResourceReference? Last { get; init; }

    /// <summary>Whether an autoscaler sets the number of replicas.</summary>
    public bool IsScaled { get; init; }
}

/// <summary>Merges on trees, never through types, so that fields nobody here knows survive.</summary>
internal static class ObjectMerge
{
    private const string Description =
        $"Kept as it is by the ManagedResource in annotation {ResourceNames.Origin}: edits are undone.";

    private static readonly Dictionary<string, string> None = [];

    /// <summary>The object to create.</summary>
    public static JsonObject New(WantedObject wanted, MergeRules rules)
    {
        var value = (JsonObject)wanted.Json.DeepClone();
        var metadata = value.Ensure("metadata");
        metadata["annotations"] = JsonTrees.ToTree(Annotations(None, wanted, rules));
        if (wanted.IsIgnored)
        {
            value.Ensure("metadata", "annotations").Remove(ResourceNames.Description);
        }

        metadata.Remove("resourceVersion");
        metadata.Remove("uid");
        return value;
    }

    /// <summary>The object to replace the live one with.</summary>
    public static JsonObject Merge(JsonObject live, WantedObject wanted, MergeRules rules)
    {
        var value = (JsonObject)wanted.Json.DeepClone();
        var metadata = (JsonObject)live.Ensure("metadata").DeepClone();
        Put(metadata, "labels", JsonTrees.ToTree(Labels(live.Texts("metadata", "labels"), wanted, rules)));
        Put(metadata, "annotations", JsonTrees.ToTree(Annotations(live.Texts("metadata", "annotations"), wanted, rules)));
        Put(metadata, "ownerReferences", wanted.Json.At("metadata", "ownerReferences")?.DeepClone());
        value["metadata"] = metadata;
        Put(value, "status", live["status"]?.DeepClone());
        KindMerge.Apply(live, value, wanted, rules);
        return value;
    }

    /// <summary>The labels of an object after a merge.</summary>
    private static Dictionary<string, string> Labels(Dictionary<string, string> live, WantedObject wanted, MergeRules rules) =>
        rules.ForceLabels ? new(wanted.Labels) : Overlay(live, wanted.Labels, rules.Last?.Labels);

    private static Dictionary<string, string> Annotations(Dictionary<string, string> live, WantedObject wanted, MergeRules rules)
    {
        foreach (var key in live.Keys.Where(k => k.StartsWith(ResourceNames.ReferencePrefix, StringComparison.Ordinal)).ToArray())
        {
            live.Remove(key);
        }

        var merged = rules.ForceAnnotations ? new(wanted.Annotations) : Overlay(live, wanted.Annotations, rules.Last?.Annotations);
        merged[ResourceNames.Description] = Description;
        merged[ResourceNames.Origin] = rules.Origin;
        return merged;
    }

    // What was wanted and is no longer goes, unless somebody has changed it since.
    private static Dictionary<string, string> Overlay(
        Dictionary<string, string> live, IReadOnlyDictionary<string, string> wanted, IReadOnlyDictionary<string, string>? last)
    {
        var merged = new Dictionary<string, string>(live, StringComparer.Ordinal);
        foreach (var (key, value) in last ?? None)
        {
            if (!wanted.ContainsKey(key) && merged.GetValueOrDefault(key) == value)
            {
                merged.Remove(key);
            }
        }

        foreach (var (key, value) in wanted)
        {
            merged[key] = value;
        }

        return merged;
    }

    internal static void Put(JsonObject into, string field, JsonNode? value)
    {
        if (value is null)
        {
            into.Remove(field);
        }
        else
        {
            into[field] = value;
        }
    }
}
