using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions;

/// <summary>What the contract asks an extension to do with an object in its present state.</summary>
internal enum ExtensionAction
{
    Nothing,
    Reconcile,
    Delete,
}

/// <summary>The rules by which an extension decides whether to act; pure.</summary>
internal static class ExtensionDecision
{
    public static ExtensionAction For(ExtensionObject value, string finalizer)
    {
        var operation = value.Metadata.Annotation(GardenerAnnotations.Operation);
        if (operation is GardenerOperations.Migrate or GardenerOperations.WaitForState)
        {
            return ExtensionAction.Nothing;
        }

        if (value.Metadata.IsDeleting())
        {
            return value.Metadata.HasFinalizer(finalizer) ? ExtensionAction.Delete : ExtensionAction.Nothing;
        }

        return operation is not null || value.ExtensionStatus.LastOperation?.State != LastOperationState.Succeeded
            ? ExtensionAction.Reconcile
            : ExtensionAction.Nothing;
    }

    /// <summary>Whether the object is one that an extension with this type and these classes serves.</summary>
    public static bool IsServed(ExtensionObject value, string type, ExtensionClasses classes) =>
        value.ExtensionSpec.Type == type && classes.Contains(ExtensionClass.Of(value));

    /// <summary>What to call the operation in the status.</summary>
    public static string OperationType(ExtensionObject value, string? operation) =>
        operation == GardenerOperations.Restore && !value.Metadata.IsDeleting()
            ? LastOperationType.Restore
            : LastOperationType.For(value.Metadata.IsDeleting(), value.ExtensionStatus.LastOperation);

    /// <summary>Whether <paramref name="seen"/> asks for something that a run which started with <paramref name="taken"/> does
    /// not know of.</summary>
    public static bool Supersedes(ExtensionObject? seen, ExtensionObject taken) =>
        seen is not null && IsNewer(seen, taken) && (
            seen.Metadata.IsDeleting() != taken.Metadata.IsDeleting()
            || (seen.Metadata.Annotation(GardenerAnnotations.Operation) is not null && !taken.Metadata.IsDeleting()));

    // Versions are decimal numbers on servers that follow Kubernetes' rules since 1.35; with others nothing is superseded.
    private static bool IsNewer(ExtensionObject a, ExtensionObject b) =>
        ulong.TryParse(a.Metadata.ResourceVersion, out var left) && ulong.TryParse(b.Metadata.ResourceVersion, out var right)
        && left > right;
}
