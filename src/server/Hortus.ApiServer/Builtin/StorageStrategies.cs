using System.Text.Json.Nodes;
using Hortus.ApiServer.Objects;
using Hortus.ApiServer.Registry;
using Hortus.Objects;

namespace Hortus.ApiServer.Builtin;

/// <summary>Claims: what is asked for is fixed, except for more storage.</summary>
internal sealed class ClaimStrategy : ResourceStrategy
{
    private static readonly string[] AccessModes =
        ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    private static readonly FieldPath Spec = FieldPath.Root["spec"];

    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        value.Ensure("spec").Default("volumeMode", "Filesystem");
        value.Ensure("status").Default("phase", "Pending");
    }

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        created["status"] = new JsonObject { ["phase"] = "Pending" };
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (created.TextList("spec", "accessModes").Count == 0)
        {
            errors.Required(Spec["accessModes"], "at least 1 access mode is required");
        }

        foreach (var mode in created.TextList("spec", "accessModes").Where(mode => !AccessModes.Contains(mode)))
        {
            errors.NotSupported(Spec["accessModes"], mode, AccessModes);
        }

        FieldChecks.OneOf(created.Map("spec") ?? [], "volumeMode", Spec, errors, "Block", "Filesystem");
        FieldChecks.Subdomain(created.Text("spec", "storageClassName"), Spec["storageClassName"], errors);
        if (created.At("spec", "resources", "requests", "storage")?.ToString() is "0")
        {
            errors.Invalid(Spec["resources"].Key("storage"), "0", "must be greater than zero");
        }

        if (created.At("spec", "resources", "requests", "storage") is null)
        {
            errors.Required(Spec["resources"].Key("storage"));
        }
    }

    /// <inheritdoc/>
    public override void ValidateUpdate(JsonObject updated, JsonObject old, FieldErrors errors)
    {
        Validate(updated, errors);
        var after = (JsonObject)(updated.Map("spec") ?? []).DeepClone();
        var before = (JsonObject)(old.Map("spec") ?? []).DeepClone();
        foreach (var field in new[] { "resources", "volumeAttributesClassName" })
        {
            after.Remove(field);
            before.Remove(field);
        }

        // The binder and the default class fill these once.
        foreach (var field in new[] { "volumeName", "storageClassName" })
        {
            if (before[field] is null)
            {
                after.Remove(field);
            }
        }

        if (!JsonNode.DeepEquals(after, before))
        {
            errors.Forbidden(Spec,
                "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound "
                + "claims");
        }
    }
}

/// <summary>Volumes start out pending until they are bound.</summary>
internal sealed class VolumeStrategy : ResourceStrategy
{
    /// <inheritdoc/>
    public override void SetDefaults(JsonObject value)
    {
        var spec = value.Ensure("spec");
        spec.Default("volumeMode", "Filesystem");
        spec.Default("persistentVolumeReclaimPolicy", "Retain");
        spec.Map("hostPath")?.Default("type", "");
        value.Ensure("status").Default("phase", "Pending");
    }

    /// <inheritdoc/>
    public override ValueTask PrepareForCreateAsync(
        JsonObject created, StrategyContext context, CancellationToken cancellationToken)
    {
        created["status"] = new JsonObject { ["phase"] = "Pending" };
        return ValueTask.CompletedTask;
    }
}

/// <summary>Storage classes: what provisioners know.</summary>
internal sealed class StorageClassStrategy : ResourceStrategy
{
    /// <inheritdoc/>
    public override void Validate(JsonObject created, FieldErrors errors)
    {
        if (created.Text("provisioner") is { Length: > 0 } provisioner
            && !MetadataValidation.IsLabelKey(provisioner.ToLowerInvariant()))
        {
            errors.Invalid(FieldPath.Root["provisioner"], provisioner, "must be a qualified name such as example.com/disk");
        }

        FieldChecks.OneOf(created, "reclaimPolicy", FieldPath.Root, errors, "Delete", "Retain");
        FieldChecks.OneOf(
            created, "volumeBindingMode", FieldPath.Root, errors, "Immediate", "WaitForFirstConsumer");
    }
}

/// <summary>Kinds that may only be changed from a version that the client has seen.</summary>
internal sealed class PinnedStrategy : ResourceStrategy
{
    /// <inheritdoc/>
    public override bool AllowUnconditionalUpdate => false;
}
