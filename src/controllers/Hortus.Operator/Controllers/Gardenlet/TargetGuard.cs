using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.Operator;

/// <summary>Keeps gardenlets out of clusters that are not theirs.</summary>
internal static class TargetGuard
{
    /// <summary>Refuses a cluster that has the gardenlet of another seed.</summary>
    /// <exception cref="GardenletDeployException">It has, or it cannot be told.</exception>
    public static async Task CheckInstalledAsync(Gardenlet gardenlet, TargetCluster target, CancellationToken cancellationToken)
    {
        if (await GardenletPlace.FindInstalledAsync(target.Client, cancellationToken) is not { } installed)
        {
            return;
        }

        var where = $"{target.Name} has a Deployment {GardenletNames.DeploymentKey} already, which reads its "
            + $"configuration from ConfigMap {installed.Configuration}";
        if (installed.Fault is { } fault)
        {
            throw new GardenletDeployException(
                $"{where}, and nobody can tell of which seed it is ({fault}): delete the Deployment if it is of Seed "
                + $"{gardenlet.Metadata.Name}");
        }

        if (installed.Seed is { Length: > 0 } seed && seed != gardenlet.Metadata.Name)
        {
            throw new GardenletDeployException(
                $"{where} and is of seed \"{seed}\", not of \"{gardenlet.Metadata.Name}\": check that spec.kubeconfigSecretRef names "
                + "the kubeconfig of the right cluster");
        }
    }

    /// <summary>Refuses a cluster other than that of former deployments, unless the user names it and asks for it. That keeps the
    /// gardenlet of a remote cluster, whose kubeconfig is deleted after the first deployment, out of the runtime cluster.</summary>
    /// <exception cref="GardenletDeployException">It is another one.</exception>
    public static void CheckIdentity(Gardenlet gardenlet, Seed? seed, TargetCluster target, string identity)
    {
        if (gardenlet.Spec.KubeconfigSecretRef is not null && GardenletOperation.IsForceRedeploy(gardenlet))
        {
            return;
        }

        if (Known(gardenlet, seed) is { } known && known != identity)
        {
            throw new GardenletDeployException(
                $"the gardenlet of \"{gardenlet.Metadata.Name}\" was deployed to another cluster than {target.Name} (the uid of the "
                + $"namespace kube-system is {known} there and {identity} here): set spec.kubeconfigSecretRef and the annotation "
                + $"{GardenerAnnotations.Operation}={GardenerOperations.ForceRedeploy} in one update");
        }
    }

    // Gardenlets that nobody deployed, but installed by hand, say in their Seeds where they are.
    private static string? Known(Gardenlet gardenlet, Seed? seed) =>
        gardenlet.Metadata.Annotation(GardenletNames.TargetCluster)
        ?? (seed?.Status?.ClusterIdentity is { } own && own.EndsWith($"-{seed.Metadata.Name}", StringComparison.Ordinal)
            && own[..^(seed.Metadata.Name!.Length + 1)] is var uid && Guid.TryParse(uid, out _) ? uid : null);
}
