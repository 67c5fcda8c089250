using System.Text.Json.Nodes;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary><c>pods/resize</c>: changes how much cpu and memory the containers of a pod ask for and may use.</summary>
internal static class PodResize
{
    private static readonly string[] Fields = ["containers", "initContainers"];
    private static readonly string[] Resizable = ["cpu", "memory"];
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <summary>The pod with the submitted resources of its containers and nothing else of what was submitted.</summary>
    public static JsonObject Merge(JsonObject current, JsonObject submitted)
    {
        var merged = (JsonObject)current.DeepClone();
        foreach (var field in Fields)
        {
            foreach (var container in merged.Items("spec", field))
            {
                var wanted = submitted.Items("spec", field).FirstOrDefault(c => c.Text("name") == container.Text("name"));
                if (wanted is not null)
                {
                    container["resources"] = wanted["resources"]?.DeepClone() ?? new JsonObject();
                }
            }
        }

        return merged;
    }

    /// <summary>Refuses what is no resize of a running pod.</summary>
    /// <exception cref="ApiStatusException">422.</exception>
    public static void Check(JsonObject updated, JsonObject old)
    {
        var errors = new FieldErrors();
        var before = old.Map("spec") ?? [];
        var after = updated.Map("spec") ?? [];
        var (was, becomes) = (PodSpecDefaults.QualityOfService(before), PodSpecDefaults.QualityOfService(after));
        if (was != becomes)
        {
            errors.Invalid(Spec, becomes, "Pod QOS Class may not change as a result of resizing");
        }

        foreach (var field in Fields)
        {
            var pairs = after.Items(field).Zip(before.Items(field)).ToList();
            for (var i = 0; i < pairs.Count; i++)
            {
                CheckContainer(pairs[i].First, pairs[i].Second, Spec[field][i], errors);
            }
        }

        if (!errors.IsEmpty)
        {
            throw ApiErrors.Invalid(Kinds.Pod, updated.Name, errors);
        }
    }

    /// <summary>Takes the resources of containers from another spec, so that the rest can be compared.</summary>
    public static void Take(JsonObject target, JsonObject source)
    {
        foreach (var (container, old) in Fields.SelectMany(f => target.Items(f).Zip(source.Items(f))).ToList())
        {
            container["resources"] = old["resources"]?.DeepClone();
        }
    }

    private static void CheckContainer(JsonObject container, JsonObject old, FieldPath path, FieldErrors errors)
    {
        foreach (var part in new[] { "requests", "limits" })
        {
            var (before, after) = (old.Map("resources", part) ?? [], container.Map("resources", part) ?? []);
            foreach (var name in before.Concat(after).Select(r => r.Key).Distinct().Except(Resizable))
            {
                if (!JsonNode.DeepEquals(before[name], after[name]))
                {
                    errors.Forbidden(path["resources"][part], "only cpu and memory resources are mutable");
                }
            }

            foreach (var name in before.Select(r => r.Key).Except(after.Select(r => r.Key)).Intersect(Resizable))
            {
                errors.Forbidden(path["resources"][part], $"resource {part} cannot be removed");
            }
        }

        foreach (var (name, limit) in container.Map("resources", "limits") ?? [])
        {
            if (Quantity.TryParse(container.Text("resources", "requests", name), out var request)
                && Quantity.TryParse(limit.Text(), out var most) && request > most)
            {
                errors.Invalid(
                    path["resources"]["requests"], $"{request}", $"must be less than or equal to {name} limit of {most}");
            }
        }
    }
}
