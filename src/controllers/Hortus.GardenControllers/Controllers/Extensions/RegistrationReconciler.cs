using Hortus.Client;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a ControllerRegistration as long as something is installed from it.</summary>
public sealed class RegistrationReconciler(IControllerManager manager)
    : UsedObjectReconciler<ControllerRegistration>(manager, GardenerFinalizers.ControllerRegistration)
{
    protected override Task<IReadOnlyList<string>> UsersAsync(ControllerRegistration value, CancellationToken cancellationToken) =>
        UsersAsync<ControllerInstallation>(
            new ListOptions { FieldSelector = $"spec.registrationRef.name={value.Metadata.Name}" }, _ => true, cancellationToken);
}
