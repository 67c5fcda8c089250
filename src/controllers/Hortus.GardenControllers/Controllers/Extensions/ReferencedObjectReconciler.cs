using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a Secret or ConfigMap of the garden namespace as long as a ControllerDeployment refers to it.</summary>
public sealed class ReferencedObjectReconciler<T>(IControllerManager manager) : IReconciler where T : KubernetesObject
{
    private static readonly string Kind = ResourceKind.Of<T>().Kind;

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await manager.Client.FindAsync<T>(key, cancellationToken) is not { } found)
        {
            return ReconcileResult.Done;
        }

        if (UsersOf(key, manager.CacheOf<ControllerDeployment>().List()).Length > 0 && !found.Metadata.IsDeleting())
        {
            await manager.Client.AddFinalizerAsync(found, GardenerFinalizers.ReferenceProtection, cancellationToken);
        }
        else if (found.Metadata.HasFinalizer(GardenerFinalizers.ReferenceProtection))
        {
            await ReleaseAsync(found, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private async Task ReleaseAsync(T found, CancellationToken cancellationToken)
    {
        // A user that the cache does not have yet must count.
        var deployments = await manager.Client.ListAsync<ControllerDeployment>(ListOptions.All, cancellationToken);
        var users = UsersOf(found.Key, deployments.Items);
        if (users.Length == 0)
        {
            await manager.Client.RemoveFinalizerAsync(found, GardenerFinalizers.ReferenceProtection, cancellationToken);
        }
        else if (found.Metadata.IsDeleting())
        {
            manager.Events.Warning(found, "InUse", $"cannot be deleted: used by ControllerDeployment {string.Join(", ", users)}");
        }
    }

    private static string[] UsersOf(ObjectKey key, IEnumerable<ControllerDeployment> deployments) =>
    [
        .. deployments.Where(deployment => DeploymentResources.KeysOf(deployment, Kind).Contains(key))
            .Select(deployment => deployment.Metadata.Name!),
    ];

    /// <summary>The objects of the kind that a deployment refers to.</summary>
    public static IEnumerable<ObjectKey> KeysOf(ControllerDeployment deployment) => DeploymentResources.KeysOf(deployment, Kind);
}
