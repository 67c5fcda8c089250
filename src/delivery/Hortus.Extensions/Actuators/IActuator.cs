using Hortus.Objects.Gardener.Extensions;

namespace Hortus.Extensions;

/// <summary>The provider's side of one kind of extension object. <see cref="ExtensionReconciler{T}"/> calls it and keeps the
/// contract: annotations, finalizer, operation and errors in the status, retries.</summary>
public interface IActuator<T> where T : ExtensionObject
{
    /// <summary>Brings the provider's resources to what the object asks for. Must be idempotent: a run that was cut short is
    /// repeated.</summary>
    /// <param name="request">The object and its cluster.</param>
    /// <param name="cancellationToken">Cancelled also when the object changes meanwhile; the call is then repeated with the
    /// new state.</param>
    /// <returns>The status with the fields that belong to the actuator set (start from the object's own status); operation,
    /// error and observed generation are added by the caller. Null leaves the status as it is.</returns>
    /// <exception cref="ExtensionException">The message and its codes go to the object's status.</exception>
    Task<DefaultStatus?> ReconcileAsync(ActuatorRequest<T> request, CancellationToken cancellationToken);

    /// <summary>Removes the provider's resources; returns when they are gone.</summary>
    /// <exception cref="ExtensionException">The message and its codes go to the object's status.</exception>
    Task DeleteAsync(ActuatorRequest<T> request, CancellationToken cancellationToken);
}

/// <summary>An object to act on.</summary>
/// <param name="Object">The object as read after its operation annotation was removed.</param>
/// <param name="Cluster">The cluster it belongs to; null when the object belongs to none.</param>
public sealed record ActuatorRequest<T>(T Object, ExtensionCluster? Cluster) where T : ExtensionObject;
