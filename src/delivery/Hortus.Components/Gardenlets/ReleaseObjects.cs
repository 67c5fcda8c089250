using System.Text.Json.Nodes;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;

namespace Hortus.Components.Gardenlets;

/// <summary>The objects of a release, one by one. Pure.</summary>
internal static class ReleaseObjects
{
    /// <summary>The object with the label that says who brought it.</summary>
    public static JsonObject Complete(JsonObject value)
    {
        value.Ensure("metadata", "labels")[GardenletNames.AppliedByLabel] = GardenletNames.Deployment;
        return value;
    }

    /// <summary>A copy of the object; the Deployment says which release it belongs to, so that nobody takes its former state for the
    /// new one.</summary>
    public static JsonObject Mark(JsonObject value, GardenletRelease release)
    {
        var marked = (JsonObject)value.DeepClone();
        if (GardenletRelease.IsDeployment(marked))
        {
            marked.Ensure("metadata", "annotations")[GardenletNames.ReleaseAnnotation] = release.Identity;
        }

        return marked;
    }

    /// <summary>The object to replace the live one with: what is wanted, with what servers and others set.</summary>
    public static JsonObject Merge(JsonObject live, JsonObject wanted)
    {
        var value = (JsonObject)wanted.DeepClone();
        var metadata = (JsonObject)live.Ensure("metadata").DeepClone();
        metadata.Remove("managedFields");
        Overlay(metadata, "labels", wanted);
        foreach (var stale in metadata.Texts("annotations").Keys.Where(IsReference))
        {
            metadata.Ensure("annotations").Remove(stale);
        }

        Overlay(metadata, "annotations", wanted);
        value["metadata"] = metadata;
        if (live["status"] is { } status)
        {
            value["status"] = status.DeepClone();
        }

        switch (wanted.Text("apiVersion"), wanted.Text("kind"))
        {
            case ("v1", "Service"):
                ServerSetFields.OfService(live, value);
                break;
            case ("v1", "ServiceAccount"):
                ServerSetFields.OfServiceAccount(live, value);
                break;
            default:
                break;
        }

        return value;
    }

    // References to what the former pods read: they would keep it from being collected.
    private static bool IsReference(string annotation) =>
        annotation.StartsWith(ResourceNames.ReferencePrefix, StringComparison.Ordinal);

    private static void Overlay(JsonObject metadata, string field, JsonObject wanted)
    {
        foreach (var (name, value) in wanted.Texts("metadata", field))
        {
            metadata.Ensure(field)[name] = value;
        }
    }
}
