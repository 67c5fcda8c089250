using Hortus.Client;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Runtime;

namespace Hortus.GardenControllers;

/// <summary>Keeps a SecretBinding, and the Secret it names, as long as a Shoot uses them; marks the Secret with its
/// providers.</summary>
public sealed class SecretBindingReconciler(IControllerManager manager)
    : UsedObjectReconciler<SecretBinding>(manager, GardenerFinalizers.Gardener)
{
    private readonly CredentialsSecrets secrets = new(manager);

    protected override Task<IReadOnlyList<string>> UsersAsync(SecretBinding value, CancellationToken cancellationToken) =>
        UsersAsync<Shoot>(
            ListOptions.In(value.Metadata.Namespace!),
            shoot => shoot.Spec.SecretBindingName == value.Metadata.Name,
            cancellationToken);

    protected override Task HoldAsync(SecretBinding value, CancellationToken cancellationToken) =>
        secrets.HoldAsync(
            CredentialsSecrets.SecretOf(value),
            value.Provider?.Type ?? "",
            GardenerLabels.ReferencedBySecretBinding,
            cancellationToken);

    protected override Task ReleaseAsync(SecretBinding value, CancellationToken cancellationToken) =>
        secrets.ReleaseAsync(CredentialsSecrets.SecretOf(value), GardenerLabels.ReferencedBySecretBinding, cancellationToken);
}
