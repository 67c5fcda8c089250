using Hortus.Client;
using Hortus.Objects;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps an object as long as others use it: a finalizer holds it, and an event says who is in the way of its
/// deletion.</summary>
/// <param name="manager">Caches and client of the garden.</param>
/// <param name="finalizer">The finalizer that holds the object.</param>
public abstract class UsedObjectReconciler<T>(IControllerManager manager, string finalizer) : IReconciler where T : KubernetesObject
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<T>().Find(key) is not { } value)
        {
            return ReconcileResult.Done;
        }

        if (!value.Metadata.IsDeleting())
        {
            await manager.Client.AddFinalizerAsync(value, finalizer, cancellationToken);
            await HoldAsync(value, cancellationToken);
            return ReconcileResult.Done;
        }

        if (await UsersAsync(value, cancellationToken) is { Count: > 0 } users)
        {
            manager.Events.Warning(value, "InUse", $"cannot be deleted: used by {string.Join(", ", users)}");
            return ReconcileResult.Done;
        }

        await ReleaseAsync(value, cancellationToken);
        await manager.Client.RemoveFinalizerAsync(value, finalizer, cancellationToken);
        return ReconcileResult.Done;
    }

    /// <summary>Who uses the object, each with its kind; asked of the API server, since a user that the caches do not have yet must
    /// count.</summary>
    protected abstract Task<IReadOnlyList<string>> UsersAsync(T value, CancellationToken cancellationToken);

    /// <summary>What else an object that stays needs.</summary>
    protected virtual Task HoldAsync(T value, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes back what <see cref="HoldAsync"/> did, once nobody uses the object.</summary>
    protected virtual Task ReleaseAsync(T value, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The objects of a kind that use it, with their kind.</summary>
    protected async Task<IReadOnlyList<string>> UsersAsync<TUser>(
        ListOptions among, Func<TUser, bool> uses, CancellationToken cancellationToken)
        where TUser : KubernetesObject
    {
        var all = await manager.Client.ListAsync<TUser>(among, cancellationToken);
        return [.. all.Items.Where(uses).Select(user => $"{ResourceKind.Of<TUser>().Kind} {user.Key}")];
    }
}
