using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a CloudProfile as long as a Shoot uses it.</summary>
public sealed class CloudProfileReconciler(IControllerManager manager) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<CloudProfile>().Find(key) is not { } profile)
        {
            return ReconcileResult.Done;
        }

        if (!profile.Metadata.IsDeleting())
        {
            await manager.Client.AddFinalizerAsync(profile, GardenerFinalizers.Gardener, cancellationToken);
            return ReconcileResult.Done;
        }

        var users = manager.CacheOf<Shoot>().List()
            .Where(shoot => (shoot.Spec.CloudProfile?.Name ?? shoot.Spec.CloudProfileName) == key.Name)
            .Select(shoot => shoot.Key.ToString())
            .ToArray();
        if (users.Length > 0)
        {
            manager.Events.Warning(profile, "InUse", $"cannot be deleted: used by Shoot {string.Join(", ", users)}");
            return ReconcileResult.Done;
        }

        await manager.Client.RemoveFinalizerAsync(profile, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }
}
