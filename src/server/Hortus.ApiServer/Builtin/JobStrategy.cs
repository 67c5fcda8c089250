using System.Text.Json.Nodes;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Jobs: the server chooses selector and labels, so that a job never counts pods of another one.</summary>
internal sealed class JobStrategy : ResourceStrategy
{
    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <inheritdoc/>
    public override async ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForCreateAsync(created, context, cancellationToken);
        SetDefaults(created);
        var spec = created.Ensure("spec");
        if (spec.Flag("manualSelector") == true || created.Uid is not { Length: > 0 } uid)
        {
            return;
        }

        var labels = spec.Ensure("template", "metadata", "labels");
        labels.Default("batch.kubernetes.io/controller-uid", uid);
        labels.Default("batch.kubernetes.io/job-name", created.Name);
        labels.Default("controller-uid", uid);
        labels.Default("job-name", created.Name);
        spec.Ensure("selector", "matchLabels").Default("batch.kubernetes.io/controller-uid", uid);
        if (created.Map("metadata", "labels") is not { Count: > 0 })
        {
            created.Ensure("metadata")["labels"] = labels.DeepClone();
        }
    }

    /// <inheritdoc/>
    public override async ValueTask PrepareForUpdateAsync(
        JsonObject updated, JsonObject old, StrategyContext context, CancellationToken cancellationToken)
    {
        await base.PrepareForUpdateAsync(updated, old, context, cancellationToken);
        if (context.Subresource.Length > 0)
        {
            return;
        }

        SetDefaults(updated);
        var spec = updated.Ensure("spec");
        spec.Default("selector", old.At("spec", "selector")?.DeepClone());
        foreach (var (name, value) in old.Map("spec", "template", "metadata", "labels") ?? [])
        {
            if (name.Contains("controller-uid", StringComparison.Ordinal)
                || name.Contains("job-name", StringComparison.Ordinal))
            {
                spec.Ensure("template", "metadata", "labels").Default(name, value?.DeepClone());
            }
        }
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        Check(created, errors);
        if (created.Flag("spec", "manualSelector") != true && created.Map("spec", "selector") is { } selector
            && !IsGenerated(selector, created.Uid))
        {
            errors.Invalid(Spec["selector"], selector, "`selector` not auto-generated");
        }
    }

    // With another selector a job would count, and end, pods that are not its own.
    private static bool IsGenerated(JsonObject selector, string? uid) =>
        selector.Count == 1 && selector.Map("matchLabels") is { Count: 1 } labels
        && labels.Text("batch.kubernetes.io/controller-uid") == uid;

    private static void Check(JsonObject created, FieldErrors errors)
    {
        var template = created.Map("spec", "template", "spec") ?? [];
        PodSpecValidation.Check(template, Spec["template"]["spec"], errors);
        if (template.Text("restartPolicy") is null or "" or "Always")
        {
            errors.Required(Spec["template"]["spec"]["restartPolicy"], "valid values: \"OnFailure\", \"Never\"");
        }
        else if (template.Text("restartPolicy") is not ("OnFailure" or "Never"))
        {
            errors.NotSupported(
                Spec["template"]["spec"]["restartPolicy"], template.Text("restartPolicy"), ["OnFailure", "Never"]);
        }

        foreach (var field in new[]
        {
            "parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished",
        })
        {
            if (created.Number("spec", field) is < 0 and { } value)
            {
                errors.Invalid(Spec[field], value, "must be greater than or equal to 0");
            }
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Check(updated, errors);
        foreach (var field in new[] { "selector", "template", "completionMode" })
        {
            if (!JsonNode.DeepEquals(updated.At("spec", field), old.At("spec", field))
                && old.Flag("spec", "suspend") != true)
            {
                errors.Invalid(Spec[field], updated.At("spec", field), "field is immutable");
            }
        }
    }

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        var spec = value.Ensure("spec");
        PodSpecDefaults.Apply(spec.Ensure("template", "spec"));
        if (spec["completions"] is null && spec["parallelism"] is null)
        {
            spec["completions"] = 1;
        }

        spec.Default("parallelism", 1);
        spec.Default("backoffLimit", 6);
        spec.Default("completionMode", "NonIndexed");
        spec.Default("suspend", false);
        spec.Default("podReplacementPolicy", "TerminatingOrFailed");
    }
}
