using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.ApiServer.Requests;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Pods: fixed once created, and deleted with grace while they run on a node.</summary>
internal sealed class PodStrategy : ResourceStrategy
{
    private const string ImmutableText =
        "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
        + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
        + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        PodSpecDefaults.ApplyToPod(value.Ensure("spec"));
        if (value.Text("status", "podIP") is { Length: > 0 } address)
        {
            value.Ensure("status").Default("podIPs", new JsonArray(new JsonObject { ["ip"] = address }));
        }
    }

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        EphemeralContainers.CheckCreate(created);
        var spec = created.Ensure("spec");
        PodSpecDefaults.ApplyToPod(spec);
        created["status"] =
            new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodSpecDefaults.QualityOfService(spec) };
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (context.Subresource.Length == 0)
        {
            PodSpecDefaults.ApplyToPod(updated.Ensure("spec"));
            if (updated.Text("spec", "nodeName") != old.Text("spec", "nodeName") || ChangesPartsOfSubresources(updated, old))
            {
                var errors = new FieldErrors();
                errors.Forbidden(Spec, ImmutableText);
                throw ApiErrors.Invalid(context.Definition.Kind, updated.Name, errors);
            }
        }

        if (context.Subresource == "ephemeralcontainers")
        {
            PodSpecDefaults.Apply(updated.Ensure("spec"));
            EphemeralContainers.CheckUpdate(updated, old);
        }

        if (context.Subresource == "resize")
        {
            PodResize.Check(updated, old);
        }

        if (old.Text("status", "qosClass") is { } quality && updated["status"] is JsonObject status)
        {
            status["qosClass"] = quality;
        }
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors) =>
        PodSpecValidation.Check(created.Map("spec") ?? [], Spec, errors);

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        var before = old.Map("spec") ?? [];
        var after = (JsonObject)(updated.Map("spec") ?? []).DeepClone();
        if (!KeepsTolerations(after, before))
        {
            errors.Forbidden(
                Spec["tolerations"], "existing toleration can not be modified except its tolerationSeconds");
        }

        foreach (var field in new[] { "activeDeadlineSeconds", "tolerations", "nodeName", "schedulingGates",
            "ephemeralContainers" })
        {
            if (field != "nodeName" || string.IsNullOrEmpty(before.Text("nodeName")))
            {
                Take(after, before, field);
            }
        }

        TakeImages(after, before, "containers");
        TakeImages(after, before, "initContainers");
        PodResize.Take(after, before);
        if (!JsonNode.DeepEquals(after, before))
        {
            errors.Forbidden(Spec, ImmutableText);
        }
    }

    /// <inheritdoc/>
    public override long GracePeriodSeconds(JsonObject deleted, long? requested)
    {
        if (string.IsNullOrEmpty(deleted.Text("spec", "nodeName"))
            || deleted.Text("status", "phase") is "Succeeded" or "Failed")
        {
            return 0;
        }

        var grace = requested ?? deleted.Number("spec", "terminationGracePeriodSeconds") ?? 30;
        return grace < 0 ? 1 : grace;
    }

    // What follows here cannot tell who writes: the subresources for debugging and resizing, or somebody who must use
    // them.
    private static bool ChangesPartsOfSubresources(JsonObject updated, JsonObject old)
    {
        var (after, before) = (updated.Map("spec") ?? [], old.Map("spec") ?? []);
        return !JsonNode.DeepEquals(after["ephemeralContainers"] ?? new JsonArray(), before["ephemeralContainers"] ?? new JsonArray())
            || !JsonNode.DeepEquals(Resources(after), Resources(before));
    }

    private static JsonArray Resources(JsonObject spec) =>
    [
        .. new[] { "containers", "initContainers" }.SelectMany(f => spec.Items(f))
            .Select(c => c["resources"]?.DeepClone() ?? new JsonObject()),
    ];

    private static bool KeepsTolerations(JsonObject after, JsonObject before) =>
        before.Items("tolerations").All(t => after.Items("tolerations").Any(o => SameToleration(t, o)));

    private static bool SameToleration(JsonObject a, JsonObject b) =>
        a.Text("key") == b.Text("key") && a.Text("value") == b.Text("value") && a.Text("effect") == b.Text("effect")
        && (a.Text("operator") ?? "Equal") == (b.Text("operator") ?? "Equal");

    private static void Take(JsonObject target, JsonObject source, string field)
    {
        target.Remove(field);
        if (source[field] is { } value)
        {
            target[field] = value.DeepClone();
        }
    }

    private static void TakeImages(JsonObject after, JsonObject before, string field)
    {
        foreach (var (container, old) in after.Items(field).Zip(before.Items(field)).ToList())
        {
            Take(container, old, "image");
        }
    }
}
