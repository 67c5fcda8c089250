using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a SecretBinding, and the Secret it names, as long as a Shoot uses them; marks the Secret with its
/// providers.</summary>
public sealed class SecretBindingReconciler(IControllerManager manager) : IReconciler
{
    private readonly CredentialsSecrets secrets = new(manager);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<SecretBinding>().Find(key) is not { } binding)
        {
            return ReconcileResult.Done;
        }

        var secret = CredentialsSecrets.SecretOf(binding);
        if (!binding.Metadata.IsDeleting())
        {
            await manager.Client.AddFinalizerAsync(binding, GardenerFinalizers.Gardener, cancellationToken);
            await secrets.HoldAsync(
                secret, binding.Provider?.Type ?? "", GardenerLabels.ReferencedBySecretBinding, cancellationToken);
            return ReconcileResult.Done;
        }

        var users = manager.CacheOf<Shoot>().List(key.Namespace).Where(shoot => shoot.Spec.SecretBindingName == key.Name);
        if (string.Join(", ", users.Select(shoot => shoot.Key)) is { Length: > 0 } names)
        {
            manager.Events.Warning(binding, "InUse", $"cannot be deleted: used by Shoot {names}");
            return ReconcileResult.Done;
        }

        await secrets.ReleaseAsync(secret, GardenerLabels.ReferencedBySecretBinding, cancellationToken);
        await manager.Client.RemoveFinalizerAsync(binding, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }
}
