using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a ControllerDeployment as long as a ControllerRegistration refers to it.</summary>
public sealed class DeploymentReconciler(IControllerManager manager) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<ControllerDeployment>().Find(key) is not { } deployment)
        {
            return ReconcileResult.Done;
        }

        if (!deployment.Metadata.IsDeleting())
        {
            await manager.Client.AddFinalizerAsync(deployment, GardenerFinalizers.ControllerDeployment, cancellationToken);
            return ReconcileResult.Done;
        }

        // There are few, and one that the cache does not have yet must count.
        var registrations = await manager.Client.ListAsync<ControllerRegistration>(ListOptions.All, cancellationToken);
        var users = registrations.Items.Where(registration => DeploymentsOf(registration).Contains(key)).ToArray();
        if (users.Length == 0)
        {
            await manager.Client.RemoveFinalizerAsync(deployment, GardenerFinalizers.ControllerDeployment, cancellationToken);
        }
        else
        {
            manager.Events.Warning(
                deployment, "InUse",
                $"cannot be deleted: used by ControllerRegistration {string.Join(", ", users.Select(user => user.Metadata.Name))}");
        }

        return ReconcileResult.Done;
    }

    /// <summary>The deployments that a registration refers to.</summary>
    public static IEnumerable<ObjectKey> DeploymentsOf(ControllerRegistration registration) =>
        (registration.Spec.Deployment?.DeploymentRefs ?? []).Select(reference => ObjectKey.Cluster(reference.Name));
}
