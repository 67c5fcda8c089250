using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a CredentialsBinding, and the Secret it names, as long as a Shoot uses them; marks the Secret with its
/// provider.</summary>
public sealed class CredentialsBindingReconciler(IControllerManager manager) : IReconciler
{
    private readonly CredentialsSecrets secrets = new(manager);

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<CredentialsBinding>().Find(key) is not { } binding)
        {
            return ReconcileResult.Done;
        }

        var secret = CredentialsSecrets.SecretOf(binding);
        if (!binding.Metadata.IsDeleting())
        {
            await manager.Client.AddFinalizerAsync(binding, GardenerFinalizers.Gardener, cancellationToken);
            if (secret is { } held)
            {
                await secrets.HoldAsync(
                    held, binding.Provider.Type, GardenerLabels.ReferencedByCredentialsBinding, cancellationToken);
            }

            return ReconcileResult.Done;
        }

        var users = manager.CacheOf<Shoot>().List(key.Namespace).Where(shoot => shoot.Spec.CredentialsBindingName == key.Name);
        if (string.Join(", ", users.Select(shoot => shoot.Key)) is { Length: > 0 } names)
        {
            manager.Events.Warning(binding, "InUse", $"cannot be deleted: used by Shoot {names}");
            return ReconcileResult.Done;
        }

        if (secret is { } released)
        {
            await secrets.ReleaseAsync(released, GardenerLabels.ReferencedByCredentialsBinding, cancellationToken);
        }

        await manager.Client.RemoveFinalizerAsync(binding, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }
}
