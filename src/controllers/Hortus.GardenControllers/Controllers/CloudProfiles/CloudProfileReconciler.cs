using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a CloudProfile as long as a Shoot or a NamespacedCloudProfile uses it.</summary>
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

        // A user that the caches do not have yet must count.
        var shoots = await manager.Client.ListAsync<Shoot>(ListOptions.All, cancellationToken);
        var children = await manager.Client.ListAsync<NamespacedCloudProfile>(ListOptions.All, cancellationToken);
        string[] users =
        [
            .. shoots.Items.Where(shoot => ProfileOf(shoot) == key.Name).Select(shoot => $"Shoot {shoot.Key}"),
            .. children.Items
                .Where(child => child.Spec.Parent.Name == key.Name)
                .Select(child => $"NamespacedCloudProfile {child.Key}"),
        ];
        if (users.Length > 0)
        {
            manager.Events.Warning(profile, "InUse", $"cannot be deleted: used by {string.Join(", ", users)}");
            return ReconcileResult.Done;
        }

        await manager.Client.RemoveFinalizerAsync(profile, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }

    /// <summary>Name of the CloudProfile that a Shoot names itself; null when it names a NamespacedCloudProfile.</summary>
    public static string? ProfileOf(Shoot shoot)
    {
        ArgumentNullException.ThrowIfNull(shoot);
        return shoot.Spec.CloudProfile switch
        {
            null => shoot.Spec.CloudProfileName,
            { Kind: nameof(NamespacedCloudProfile) } => null,
            { } reference => reference.Name,
        };
    }
}
