using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.GardenApi.Validation;

/// <summary>Operations that the annotation of a Gardenlet or ManagedSeed asks for. <c>reconcile</c> is done by a new generation and taken
/// away at once; the others stay until whoever cares for the object has done them.</summary>
/// <param name="known">What can be asked for.</param>
internal sealed class GardenletOperations<T>(params string[] known) where T : KubernetesObject
{
    private static readonly FieldPath Path = FieldPath.Root["metadata"]["annotations"].Key(GardenerAnnotations.Operation);

    public void Check(T value, FieldErrors errors)
    {
        if (Of(value) is { Length: > 0 } operation && !known.Contains(operation))
        {
            errors.NotSupported(Path, operation, known);
        }
    }

    /// <summary>Adds a fault when an operation replaces one that waits to be done.</summary>
    public static void CheckChange(T value, T old, FieldErrors errors)
    {
        var (operation, pending) = (Of(value), Of(old));
        if (operation.Length > 0 && pending.Length > 0 && operation != pending)
        {
            errors.Forbidden(Path, $"must not overwrite operation \"{pending}\" with \"{operation}\"");
        }
    }

    /// <summary>Whether an update makes somebody act although the spec is the same.</summary>
    public bool StartReconciliation(T value, T old) => known.Contains(Of(value));

    /// <summary>The object without <c>reconcile</c>, unless that would replace another operation.</summary>
    public static T Consume(T value, T old)
    {
        if (Of(value) != GardenerOperations.Reconcile || Of(old) is not ("" or GardenerOperations.Reconcile))
        {
            return value;
        }

        var annotations = new Dictionary<string, string>(value.Metadata.Annotations!, StringComparer.Ordinal);
        annotations.Remove(GardenerAnnotations.Operation);
        var metadata = value.Metadata with { Annotations = annotations.Count > 0 ? annotations : null };
        return (T)((KubernetesObject)value with { Metadata = metadata });
    }

    private static string Of(T value) => value.Metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.Operation) ?? "";
}
