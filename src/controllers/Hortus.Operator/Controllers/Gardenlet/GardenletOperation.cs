using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Operator;

/// <summary>What a Gardenlet's annotation asks of the operator.</summary>
internal static class GardenletOperation
{
    /// <summary>Whether the gardenlet is to be deployed although its Seed is there.</summary>
    public static bool IsForceRedeploy(Gardenlet gardenlet) => Of(gardenlet) == GardenerOperations.ForceRedeploy;

    /// <summary>Whether the gardenlet is to get a new kubeconfig.</summary>
    public static bool IsRenewKubeconfig(Gardenlet gardenlet) => Of(gardenlet) == GardenerOperations.RenewKubeconfig;

    private static string? Of(Gardenlet gardenlet) => gardenlet.Metadata.Annotation(GardenerAnnotations.Operation);
}
