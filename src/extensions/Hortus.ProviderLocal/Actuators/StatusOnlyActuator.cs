using Hortus.Extensions;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.ProviderLocal.Actuators;

/// <summary>
/// Answers kinds for which a local garden has nothing to deploy. ControlPlane: there is no cloud to talk to, and volumes come
/// from the kube-controller-manager's own provisioner. Network (any type that shoots ask for, such as calico): the kubelet
/// connects pods by itself.
/// </summary>
internal sealed class StatusOnlyActuator<T> : IActuator<T> where T : ExtensionObject
{
    public Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<T> request, CancellationToken cancellationToken) =>
        Task.FromResult<DefaultStatus?>(null);

    public Task DeleteAsync(ActuatorRequest<T> request, CancellationToken cancellationToken) => Task.CompletedTask;
}
