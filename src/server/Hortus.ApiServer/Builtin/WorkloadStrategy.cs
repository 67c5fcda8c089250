using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Deployment, ReplicaSet, StatefulSet and DaemonSet: a fixed selector that matches the pod template's
/// labels.</summary>
internal sealed class WorkloadStrategy(string kind) : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    private static readonly string[] StatefulSetMutable =
    [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
    ];

    /// <inheritdoc/>
    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForCreateAsync(created, context, cancellationToken);
        SetDefaults(created);
    }

    /// <inheritdoc/>
    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (context.Subresource.Length == 0)
        {
            SetDefaults(updated);
        }
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        var spec = created.Map("spec") ?? [];
        SelectorValidation.Check(spec.Map("selector"), Spec["selector"], errors);
        var labels = spec.Map("template", "metadata", "labels");
        if (spec.Map("selector") is { } selector && !ObjectTree.Selects(selector, labels))
        {
            errors.Invalid(
                Spec["template"]["metadata"]["labels"], labels ?? [], "`selector` does not match template `labels`");
        }

        if (spec.Number("replicas") is < 0 and { } replicas)
        {
            errors.Invalid(Spec["replicas"], replicas, "must be greater than or equal to 0");
        }

        FieldChecks.NonNegative(spec, Spec, errors, "minReadySeconds", "revisionHistoryLimit");
        if (spec.Number("progressDeadlineSeconds") is { } deadline && deadline <= (spec.Number("minReadySeconds") ?? 0))
        {
            errors.Invalid(Spec["progressDeadlineSeconds"], deadline, "must be greater than minReadySeconds");
        }

        CheckRolling(spec, kind == "Deployment" ? "strategy" : "updateStrategy", errors);
        var template = spec.Map("template", "spec") ?? [];
        var claimed = spec.Items("volumeClaimTemplates").Select(claim => claim.Text("metadata", "name") ?? "");
        PodSpecValidation.Check(template, Spec["template"]["spec"], errors, claimed);
        if (template.Text("restartPolicy") is { } policy && policy != "Always")
        {
            errors.NotSupported(Spec["template"]["spec"]["restartPolicy"], policy, ["Always"]);
        }
    }

    private static void CheckRolling(JsonObject spec, string field, FieldErrors errors)
    {
        if (spec.Map(field, "rollingUpdate") is not { } rolling)
        {
            return;
        }

        var path = Spec[field]["rollingUpdate"];
        if (spec.Text(field, "type") == "Recreate")
        {
            errors.Forbidden(path, "may not be specified when strategy `type` is 'Recreate'");
            return;
        }

        FieldChecks.CountOrPercent(rolling, "maxUnavailable", path, errors);
        FieldChecks.CountOrPercent(rolling, "maxSurge", path, errors, int.MaxValue);
        if (FieldChecks.IsZero(rolling, "maxUnavailable") && FieldChecks.IsZero(rolling, "maxSurge"))
        {
            errors.Invalid(path["maxUnavailable"], 0, "may not be 0 when `maxSurge` is 0");
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        if (kind == "StatefulSet")
        {
            CheckStatefulSet(updated.Map("spec") ?? [], old.Map("spec") ?? [], errors);
        }
        else if (!JsonNode.DeepEquals(updated.At("spec", "selector"), old.At("spec", "selector")))
        {
            errors.Invalid(Spec["selector"], updated.At("spec", "selector"), "field is immutable");
        }
    }

    private static void CheckStatefulSet(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        var after = (JsonObject)updated.DeepClone();
        var before = (JsonObject)old.DeepClone();
        foreach (var field in StatefulSetMutable)
        {
            after.Remove(field);
            before.Remove(field);
        }

        if (!JsonNode.DeepEquals(after, before))
        {
            errors.Forbidden(Spec,
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                + "'minReadySeconds' are forbidden");
        }
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        var spec = value.Ensure("spec");
        PodSpecDefaults.Apply(spec.Ensure("template", "spec"));
        switch (kind)
        {
            case "Deployment":
                spec.Default("replicas", 1);
                spec.Default("revisionHistoryLimit", 10);
                spec.Default("progressDeadlineSeconds", 600);
                Rolling(spec, "strategy", ("maxUnavailable", "25%"), ("maxSurge", "25%"));
                break;
            case "ReplicaSet":
                spec.Default("replicas", 1);
                break;
            case "StatefulSet":
                spec.Default("replicas", 1);
                spec.Default("revisionHistoryLimit", 10);
                spec.Default("podManagementPolicy", "OrderedReady");
                Rolling(spec, "updateStrategy", ("partition", 0));
                spec.Default("persistentVolumeClaimRetentionPolicy",
                    new JsonObject { ["whenDeleted"] = "Retain", ["whenScaled"] = "Retain" });
                foreach (var claim in spec.Items("volumeClaimTemplates"))
                {
                    claim.Default("apiVersion", "v1");
                    claim.Default("kind", "PersistentVolumeClaim");
                    claim.Ensure("spec").Default("volumeMode", "Filesystem");
                    claim.Default("status", new JsonObject { ["phase"] = "Pending" });
                }

                break;
            default:
                spec.Default("revisionHistoryLimit", 10);
                Rolling(spec, "updateStrategy", ("maxUnavailable", 1), ("maxSurge", 0));
                break;
        }
    }

    private static void Rolling(
        JsonObject spec, string field, params ReadOnlySpan<(string Name, JsonNode Value)> defaults)
    {
        var strategy = spec.Ensure(field);
        strategy.Default("type", "RollingUpdate");
        if (strategy.Text("type") != "RollingUpdate")
        {
            return;
        }

        var rolling = strategy.Ensure("rollingUpdate");
        foreach (var (name, value) in defaults)
        {
            rolling.Default(name, value);
        }
    }
}

/// <summary>Checks of label selectors that must select something.</summary>
internal static class SelectorValidation
{
    private static readonly string[] Operators = ["In", "NotIn", "Exists", "DoesNotExist"];

    public static void Check(JsonObject? selector, FieldPath path, FieldErrors errors)
    {
        if (selector is null)
        {
            errors.Required(path);
            return;
        }

        if (selector.Map("matchLabels") is not { Count: > 0 } && !selector.Items("matchExpressions").Any())
        {
            errors.Invalid(path, selector, "empty selector is invalid");
        }

        var index = 0;
        foreach (var requirement in selector.Items("matchExpressions"))
        {
            var at = path["matchExpressions"][index++];
            var name = requirement.Text("operator") ?? "";
            if (!Operators.Contains(name))
            {
                errors.Invalid(at["operator"], name, "not a valid selector operator");
            }
            else if (name is "In" or "NotIn" && requirement.TextList("values").Count == 0)
            {
                errors.Required(at["values"], "must be specified when `operator` is 'In' or 'NotIn'");
            }
        }
    }
}
