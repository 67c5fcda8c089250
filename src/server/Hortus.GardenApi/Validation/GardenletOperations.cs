using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Validation;

/// <summary>Operations that a Gardenlet's annotation asks for. <c>reconcile</c> is done by a new generation and taken away at once; the
/// others stay until the operator or the gardenlet has done them.</summary>
internal static class GardenletOperations
{
    private static readonly string[] Known =
        [GardenerOperations.ForceRedeploy, GardenerOperations.Reconcile, GardenerOperations.RenewKubeconfig];

    private static readonly FieldPath Path = FieldPath.Root["metadata"]["annotations"].Key(GardenerAnnotations.Operation);

    public static void Check(Gardenlet gardenlet, FieldErrors errors)
    {
        if (Of(gardenlet) is { Length: > 0 } operation && !Known.Contains(operation))
        {
            errors.NotSupported(Path, operation, Known);
        }
    }

    /// <summary>Adds a fault when an operation replaces one that waits to be done.</summary>
    public static void CheckChange(Gardenlet gardenlet, Gardenlet old, FieldErrors errors)
    {
        var (operation, pending) = (Of(gardenlet), Of(old));
        if (operation.Length > 0 && pending.Length > 0 && operation != pending)
        {
            errors.Forbidden(Path, $"must not overwrite operation \"{pending}\" with \"{operation}\"");
        }
    }

    /// <summary>Whether an update makes operator and gardenlet act although the spec is the same.</summary>
    public static bool StartReconciliation(Gardenlet gardenlet, Gardenlet old) => Known.Contains(Of(gardenlet));

    /// <summary>The Gardenlet without <c>reconcile</c>, unless that would replace another operation.</summary>
    public static Gardenlet Consume(Gardenlet gardenlet, Gardenlet old)
    {
        if (Of(gardenlet) != GardenerOperations.Reconcile || Of(old) is not ("" or GardenerOperations.Reconcile))
        {
            return gardenlet;
        }

        var annotations = new Dictionary<string, string>(gardenlet.Metadata.Annotations!, StringComparer.Ordinal);
        annotations.Remove(GardenerAnnotations.Operation);
        return gardenlet with { Metadata = gardenlet.Metadata with { Annotations = annotations.Count > 0 ? annotations : null } };
    }

    private static string Of(Gardenlet gardenlet) =>
        gardenlet.Metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.Operation) ?? "";
}
