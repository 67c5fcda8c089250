using Hortus.Extensions;
using Hortus.Objects.Gardener.Extensions;

namespace Hortus.ProviderLocal.Actuators;

/// <summary>
/// Answers kinds for which a local garden has nothing to deploy. ControlPlane: there is no cloud to talk to, and volumes come
/// from the kube-controller-manager's own provisioner. Network (any type that shoots ask for, such as calico): the kubelet
/// connects pods by itself. DNSRecord: names of API servers are read from the Services' annotations.
/// </summary>
internal sealed class StatusOnlyActuator<T>(Action<T>? check = null) : IActuator<T> where T : ExtensionObject
{
    public Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<T> request, CancellationToken cancellationToken)
    {
        check?.Invoke(request.Object);
        return Task.FromResult<DefaultStatus?>(null);
    }

    public Task DeleteAsync(ActuatorRequest<T> request, CancellationToken cancellationToken) => Task.CompletedTask;
}
