using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a CredentialsBinding, and the Secret it names, as long as a Shoot uses them; marks the Secret with
/// its provider.</summary>
public sealed class CredentialsBindingReconciler(IControllerManager manager) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (manager.CacheOf<CredentialsBinding>().Find(key) is not { } binding)
        {
            return ReconcileResult.Done;
        }

        var secret = binding.CredentialsRef is { Kind: "Secret" } reference
            ? await manager.Client.FindAsync<Secret>(new ObjectKey(reference.Namespace, reference.Name ?? ""), cancellationToken)
            : null;
        if (!binding.Metadata.IsDeleting())
        {
            await manager.Client.AddFinalizerAsync(binding, GardenerFinalizers.Gardener, cancellationToken);
            if (secret is not null)
            {
                await ProtectAsync(secret, binding.Provider.Type, cancellationToken);
            }

            return ReconcileResult.Done;
        }

        var users = manager.CacheOf<Shoot>().List(key.Namespace).Where(shoot => shoot.Spec.CredentialsBindingName == key.Name).ToArray();
        if (users.Length > 0)
        {
            manager.Events.Warning(binding, "InUse", $"cannot be deleted: used by Shoot {string.Join(", ", users.Select(u => u.Key))}");
            return ReconcileResult.Done;
        }

        var others = manager.CacheOf<CredentialsBinding>().List().Any(other =>
            other.Key != key && other.CredentialsRef is { Kind: "Secret" } o
            && o.Name == binding.CredentialsRef.Name && o.Namespace == binding.CredentialsRef.Namespace);
        if (secret is not null && !others)
        {
            await manager.Client.RemoveFinalizerAsync(secret, GardenerFinalizers.Gardener, cancellationToken);
        }

        await manager.Client.RemoveFinalizerAsync(binding, GardenerFinalizers.Gardener, cancellationToken);
        return ReconcileResult.Done;
    }

    private async Task ProtectAsync(Secret secret, string provider, CancellationToken cancellationToken)
    {
        secret = await manager.Client.AddFinalizerAsync(secret, GardenerFinalizers.Gardener, cancellationToken);
        var label = GardenerLabels.ProviderShootPrefix + provider;
        if (secret.Metadata.Label(label) == "true" && secret.Metadata.Label(GardenerLabels.ReferencedByCredentialsBinding) == "true")
        {
            return;
        }

        var labels = new JsonObject { [label] = "true", [GardenerLabels.ReferencedByCredentialsBinding] = "true" };
        await manager.Client.PatchAsync<Secret>(
            secret.Key, Patch.Merge(new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels } }), cancellationToken);
    }
}
