using Hortus.Client;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a CloudProfile as long as a Shoot or a NamespacedCloudProfile uses it.</summary>
public sealed class CloudProfileReconciler(IControllerManager manager)
    : UsedObjectReconciler<CloudProfile>(manager, GardenerFinalizers.Gardener)
{
    protected override async Task<IReadOnlyList<string>> UsersAsync(CloudProfile value, CancellationToken cancellationToken)
    {
        var name = value.Metadata.Name;
        return
        [
            .. await UsersAsync<Shoot>(ListOptions.All, shoot => ProfileOf(shoot) == name, cancellationToken),
            .. await UsersAsync<NamespacedCloudProfile>(ListOptions.All, child => child.Spec.Parent.Name == name, cancellationToken),
        ];
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
