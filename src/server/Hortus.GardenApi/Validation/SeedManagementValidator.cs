using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of ManagedSeedSet, and of all that live in the namespace garden.</summary>
internal static class SeedManagementValidator
{
    private const string GardenNamespace = "garden";

    public static void Check(ManagedSeedSet set, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var spec = set.Spec;
        Namespace(set.Metadata.Namespace, errors);
        Names.NotNegative(spec.Replicas, path["replicas"], errors);
        Names.NotNegative(spec.RevisionHistoryLimit, path["revisionHistoryLimit"], errors);
        Names.NotNegative(
            spec.UpdateStrategy?.RollingUpdate?.Partition, path["updateStrategy"]["rollingUpdate"]["partition"], errors);
        Names.OneOf(spec.UpdateStrategy?.Type, path["updateStrategy"]["type"], errors, "RollingUpdate");
        if (spec.Selector.MatchLabels is null or { Count: 0 } && spec.Selector.MatchExpressions is null or { Count: 0 })
        {
            errors.Invalid(path["selector"], null, "empty selector is invalid for ManagedSeedSet");
            return;
        }

        var selector = LabelSelectorMatcher.From(spec.Selector);
        Labels(selector, spec.Template.Metadata, path["template"]["metadata"]["labels"], errors);
        Labels(selector, spec.ShootTemplate.Metadata, path["shootTemplate"]["metadata"]["labels"], errors);
        if (spec.Template.Spec.Shoot is not null)
        {
            errors.Forbidden(path["template"]["spec"]["shoot"], "the set names the shoots of its replicas itself");
        }
    }

    public static void CheckChange(ManagedSeedSet set, ManagedSeedSet old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        if (!TypedObjects.Same(set.Spec.Selector, old.Spec.Selector))
        {
            errors.Invalid(path["selector"], null, "field is immutable");
        }

        if (set.Spec.RevisionHistoryLimit != old.Spec.RevisionHistoryLimit)
        {
            errors.Invalid(path["revisionHistoryLimit"], set.Spec.RevisionHistoryLimit, "field is immutable");
        }
    }

    private static void Labels(LabelSelectorMatcher selector, ObjectMeta metadata, FieldPath path, FieldErrors errors)
    {
        if (!selector.Matches(metadata.Labels))
        {
            errors.Invalid(path, null, "`selector` does not match template `labels`");
        }
    }

    /// <summary>Managed seeds live in the namespace garden.</summary>
    public static void Namespace(string? ns, FieldErrors errors)
    {
        if (ns != GardenNamespace)
        {
            errors.Invalid(FieldPath.Root["metadata"]["namespace"], ns, "namespace must be garden");
        }
    }
}
