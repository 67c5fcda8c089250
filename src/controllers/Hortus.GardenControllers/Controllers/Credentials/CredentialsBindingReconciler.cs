using Hortus.Client;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Security;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a CredentialsBinding, and the Secret it names, as long as a Shoot uses them; marks the Secret with its
/// provider.</summary>
public sealed class CredentialsBindingReconciler(IControllerManager manager)
    : UsedObjectReconciler<CredentialsBinding>(manager, GardenerFinalizers.Gardener)
{
    private readonly CredentialsSecrets secrets = new(manager);

    protected override Task<IReadOnlyList<string>> UsersAsync(CredentialsBinding value, CancellationToken cancellationToken) =>
        UsersAsync<Shoot>(
            ListOptions.In(value.Metadata.Namespace!),
            shoot => shoot.Spec.CredentialsBindingName == value.Metadata.Name,
            cancellationToken);

    protected override async Task HoldAsync(CredentialsBinding value, CancellationToken cancellationToken)
    {
        if (CredentialsSecrets.SecretOf(value) is { } secret)
        {
            await secrets.HoldAsync(secret, value.Provider.Type, GardenerLabels.ReferencedByCredentialsBinding, cancellationToken);
        }
    }

    protected override async Task ReleaseAsync(CredentialsBinding value, CancellationToken cancellationToken)
    {
        if (CredentialsSecrets.SecretOf(value) is { } secret)
        {
            await secrets.ReleaseAsync(secret, GardenerLabels.ReferencedByCredentialsBinding, cancellationToken);
        }
    }
}
