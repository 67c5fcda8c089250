using Hortus.ApiServer.Admission;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Admission;

/// <summary>Keeps Shoots that are seeds.</summary>
internal sealed class ManagedSeedShootAdmission(GardenReader garden) : GardenAdmissionPlugin<Shoot>
{
    public override string Name => "ManagedSeedShoot";

    protected override async ValueTask CheckAsync(
        Shoot value, Shoot? old, AdmissionAttributes attributes, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (old is not null && attributes.Subresource.Length == 0
            && value.Spec.Addons?.NginxIngress?.Enabled == true && old.Spec.Addons?.NginxIngress?.Enabled != true
            && await ManagedSeedOfAsync(value, cancellationToken) is { } managed)
        {
            errors.Forbidden(
                FieldPath.Root["spec"]["addons"]["nginxIngress"]["enabled"],
                $"shoot ingress addon is not supported for managed seeds, and this Shoot is that of ManagedSeed {managed.Key}");
        }
    }

    protected override async ValueTask CheckDeleteAsync(
        Shoot deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (await ManagedSeedOfAsync(deleted, cancellationToken) is { } managed)
        {
            throw Forbidden(
                attributes, $"cannot delete the Shoot because it is the seed of ManagedSeed {managed.Key}: delete that first");
        }
    }

    private async ValueTask<ManagedSeed?> ManagedSeedOfAsync(Shoot shoot, CancellationToken cancellationToken) =>
        (await garden.Objects.ListAsync<ManagedSeed>(shoot.Metadata.Namespace, cancellationToken))
            .FirstOrDefault(managed => managed.Spec.Shoot?.Name == shoot.Metadata.Name);
}
