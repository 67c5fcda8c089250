using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a ControllerRegistration as long as something is installed from it.</summary>
public sealed class RegistrationReconciler(IControllerManager manager) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<ControllerRegistration>().Find(key) is not { } registration)
        {
            return ReconcileResult.Done;
        }

        if (!registration.Metadata.IsDeleting())
        {
            await manager.Client.AddFinalizerAsync(registration, GardenerFinalizers.ControllerRegistration, cancellationToken);
            return ReconcileResult.Done;
        }

        var installations = await manager.Client.ListAsync<ControllerInstallation>(
            new ListOptions { FieldSelector = $"spec.registrationRef.name={key.Name}" }, cancellationToken);
        if (installations.Items.Count == 0)
        {
            await manager.Client.RemoveFinalizerAsync(registration, GardenerFinalizers.ControllerRegistration, cancellationToken);
        }
        else
        {
            manager.Events.Warning(
                registration, "InUse",
                $"cannot be deleted: used by ControllerInstallation {string.Join(", ", installations.Items.Select(i => i.Metadata.Name))}");
        }

        return ReconcileResult.Done;
    }
}
