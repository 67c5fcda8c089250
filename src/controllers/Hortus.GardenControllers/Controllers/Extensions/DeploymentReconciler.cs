using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a ControllerDeployment as long as a ControllerRegistration refers to it.</summary>
public sealed class DeploymentReconciler(IControllerManager manager)
    : UsedObjectReconciler<ControllerDeployment>(manager, GardenerFinalizers.ControllerDeployment)
{
    protected override Task<IReadOnlyList<string>> UsersAsync(ControllerDeployment value, CancellationToken cancellationToken) =>
        UsersAsync<ControllerRegistration>(
            ListOptions.All, registration => DeploymentsOf(registration).Contains(value.Key), cancellationToken);

    /// <summary>The deployments that a registration refers to.</summary>
    public static IEnumerable<ObjectKey> DeploymentsOf(ControllerRegistration registration) =>
        (registration.Spec.Deployment?.DeploymentRefs ?? []).Select(reference => ObjectKey.Cluster(reference.Name));
}
