using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Registry;

/// <summary>
/// The older form of autoscalers, which <c>kubectl autoscale</c> of 1.32 still writes. They are stored in version 2; what
/// version 1 has no fields for travels in annotations, by upstream's names.
/// </summary>
internal sealed class AutoscalerV1 : IObjectConverter
{
    private const string Version = "autoscaling/v1";
    private const string Stored = "autoscaling/v2";
    private const string Component = "io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler";
    private const string Annotation = "autoscaling.alpha.kubernetes.io/";
    private const string Wanted = "targetCPUUtilizationPercentage";
    private const string Current = "currentCPUUtilizationPercentage";

    /// <summary>The resource, beside that of version 2.</summary>
    public static ResourceDefinition Of(ResourceDefinition newest)
    {
        var schema = new Lazy<SchemaNode>(Schema);
        return (newest with { Kind = newest.Kind with { Version = "v1" }, Schema = () => schema.Value })
            .ConvertedFrom(Stored, new AutoscalerV1());
    }

    public ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(
        IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<JsonObject>>(
            [.. objects.Select(o => apiVersion == Stored ? ToStored(o) : FromStored(o))]);

    private static JsonObject FromStored(JsonObject stored)
    {
        var shown = (JsonObject)stored.DeepClone();
        shown["apiVersion"] = Version;
        var spec = Take(shown, "spec");
        var status = Take(shown, "status");
        if (Split(spec, "metrics", m => m["target"]?["averageUtilization"], out var otherMetrics) is { } wanted)
        {
            spec![Wanted] = wanted;
        }

        if (Split(status, "currentMetrics", m => m["current"]?["averageUtilization"], out var otherCurrent) is { } current)
        {
            status![Current] = current;
        }

        // This version shows the count even before anybody has counted.
        status?.TryAdd("currentReplicas", 0);
        Annotate(shown, "metrics", otherMetrics);
        Annotate(shown, "current-metrics", otherCurrent);
        Annotate(shown, "behavior", Cut(spec, "behavior"));
        Annotate(shown, "conditions", Cut(status, "conditions"));
        return shown;
    }

    private static JsonObject ToStored(JsonObject shown)
    {
        var stored = (JsonObject)shown.DeepClone();
        stored["apiVersion"] = Stored;
        var spec = Take(stored, "spec");
        var status = Take(stored, "status");
        Put(spec, "metrics", Join(Cut(spec, Wanted), "target", Recall(stored, "metrics"), "Utilization"));
        Put(status, "currentMetrics", Join(Cut(status, Current), "current", Recall(stored, "current-metrics"), null));
        Put(spec, "behavior", Recall(stored, "behavior"));
        Put(status, "conditions", Recall(stored, "conditions"));
        return stored;
    }

    /// <summary>Takes the list out; the utilization of the CPU apart, the rest as a list, null when nothing is left.</summary>
    private static JsonNode? Split(
        JsonObject? parent, string field, Func<JsonObject, JsonNode?> read, out JsonNode? others)
    {
        JsonNode? found = null;
        var left = new JsonArray();
        foreach (var metric in (Cut(parent, field) as JsonArray ?? []).OfType<JsonObject>())
        {
            var resource = metric["resource"] as JsonObject;
            if (found is null && resource?["name"]?.ToString() == "cpu" && read(resource) is { } percentage)
            {
                found = percentage.DeepClone();
            }
            else
            {
                left.Add(metric.DeepClone());
            }
        }

        others = left.Count == 0 ? null : left;
        return found;
    }

    private static JsonArray? Join(JsonNode? percentage, string field, JsonNode? others, string? type)
    {
        var metrics = new JsonArray();
        if (percentage is not null)
        {
            var value = new JsonObject { ["averageUtilization"] = percentage.DeepClone() };
            if (type is not null)
            {
                value["type"] = type;
            }

            metrics.Add((JsonNode)new JsonObject
            {
                ["type"] = "Resource",
                ["resource"] = new JsonObject { ["name"] = "cpu", [field] = value },
            });
        }

        foreach (var other in others as JsonArray ?? [])
        {
            metrics.Add(other?.DeepClone());
        }

        return metrics.Count == 0 ? null : metrics;
    }

    private static JsonObject? Take(JsonObject value, string field) => value[field] as JsonObject;

    private static JsonNode? Cut(JsonObject? parent, string field)
    {
        var value = parent?[field];
        parent?.Remove(field);
        return value;
    }

    private static void Put(JsonObject? parent, string field, JsonNode? value)
    {
        if (parent is not null && value is not null)
        {
            parent[field] = value;
        }
    }

    private static void Annotate(JsonObject value, string name, JsonNode? content)
    {
        if (content is not null && value["metadata"] is JsonObject metadata)
        {
            var annotations = metadata["annotations"] as JsonObject ?? [];
            annotations[Annotation + name] = content.ToJsonString();
            metadata["annotations"] ??= annotations;
        }
    }

    /// <summary>What an annotation has kept; one that cannot be read is left alone.</summary>
    private static JsonNode? Recall(JsonObject value, string name)
    {
        if (value["metadata"]?["annotations"] is not JsonObject annotations
            || annotations[Annotation + name]?.ToString() is not { } text)
        {
            return null;
        }

        try
        {
            var content = JsonNode.Parse(text);
            annotations.Remove(Annotation + name);
            return content;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private static SchemaNode Schema()
    {
        var newest = SchemaBuilder.For(typeof(HorizontalPodAutoscaler));
        var percentage = new SchemaNode { Type = "integer", Format = "int32" };
        return newest with
        {
            ComponentName = Component,
            Properties = newest.Properties.ToImmutableSortedDictionary(StringComparer.Ordinal)
                .SetItem("spec", Changed(newest.Properties["spec"], "Spec", Wanted, "metrics", "behavior"))
                .SetItem("status", Changed(newest.Properties["status"], "Status", Current, "currentMetrics", "conditions")),
        };

        SchemaNode Changed(SchemaNode node, string suffix, string added, params string[] removed) => node with
        {
            ComponentName = Component + suffix,
            Properties = node.Properties.ToImmutableSortedDictionary(StringComparer.Ordinal)
                .RemoveRange(removed).SetItem(added, percentage),
        };
    }
}
