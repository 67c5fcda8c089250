using System.Text.Json.Nodes;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary><c>pods/ephemeralcontainers</c>: adds containers to a running pod, to debug it. They stay until the pod
/// goes.</summary>
internal static class EphemeralContainers
{
    private const string Field = "ephemeralContainers";
    private static readonly FieldPath Path = FieldPath.Root["spec"][Field];

    private static readonly string[] Unsupported =
        ["ports", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle", "resources", "resizePolicy"];

    /// <summary>The pod with the submitted debug containers and nothing else of what was submitted.</summary>
    public static JsonObject Merge(JsonObject current, JsonObject submitted)
    {
        var merged = (JsonObject)current.DeepClone();
        var spec = merged.Ensure("spec");
        spec.Remove(Field);
        if (submitted.At("spec", Field) is { } containers)
        {
            spec[Field] = containers.DeepClone();
        }

        return merged;
    }

    /// <summary>Refuses a pod that is created with debug containers.</summary>
    /// <exception cref="ApiStatusException">422.</exception>
    public static void CheckCreate(JsonObject created)
    {
        if (created.Items("spec", Field).Any())
        {
            var errors = new FieldErrors();
            errors.Forbidden(Path, "cannot be set on create");
            throw ApiErrors.Invalid(Kinds.Pod, created.Name, errors);
        }
    }

    /// <summary>Refuses what a change must not do: to change or remove a debug container, or to give one what only
    /// other containers have.</summary>
    /// <exception cref="ApiStatusException">422.</exception>
    public static void CheckUpdate(JsonObject updated, JsonObject old)
    {
        var errors = new FieldErrors();
        var after = updated.Items("spec", Field).ToList();
        foreach (var before in old.Items("spec", Field))
        {
            var same = after.Find(c => c.Text("name") == before.Text("name"));
            if (same is null)
            {
                errors.Forbidden(
                    Path, $"existing ephemeral containers \"{before.Text("name")}\" may not be removed");
            }
            else if (!JsonNode.DeepEquals(same, before))
            {
                errors.Forbidden(
                    Path, $"existing ephemeral containers \"{before.Text("name")}\" may not be changed");
            }
        }

        var names = updated.Items("spec", "containers").Select(c => c.Text("name")).ToList();
        for (var i = 0; i < after.Count; i++)
        {
            CheckOne(after[i], names, Path[i], errors);
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(Kinds.Pod, updated.Name, errors);
        }
    }

    private static void CheckOne(JsonObject container, List<string?> targets, FieldPath path, FieldErrors errors)
    {
        foreach (var field in Unsupported)
        {
            if (container[field] is not (null or JsonObject { Count: 0 } or JsonArray { Count: 0 }))
            {
                errors.Forbidden(path[field], "cannot be set for an Ephemeral Container");
            }
        }

        if (container.Text("targetContainerName") is { Length: > 0 } target && !targets.Contains(target))
        {
            errors.NotFound(path["targetContainerName"], target);
        }
    }
}
