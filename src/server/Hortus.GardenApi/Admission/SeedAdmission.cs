using Hortus.ApiServer.Admission;
using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Admission;

/// <summary>Keeps a Seed, and what its Shoots were made with, while Shoots live on it.</summary>
internal sealed class SeedAdmission(GardenReader garden) : GardenAdmissionPlugin<Seed>
{
    public override string Name => "SeedValidator";

    protected override async ValueTask CheckAsync(
        Seed value, Seed? old, AdmissionAttributes attributes, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (attributes.Subresource == "status")
        {
            SeedValidator.CheckStatus(value.Status, old?.Status, errors);
        }
        else if (attributes.Subresource.Length == 0 && old is not null
            && LostByShoots(value.Spec, old.Spec) is { } lost
            && await garden.ShootsOnAsync(value.Metadata.Name!, cancellationToken) is { } users)
        {
            throw Forbidden(attributes, $"{lost} while the seed is still used by {users}");
        }
    }

    protected override async ValueTask CheckDeleteAsync(
        Seed deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var name = deleted.Metadata.Name!;
        if (await garden.ShootsOnAsync(name, cancellationToken) is { } users)
        {
            throw Forbidden(attributes, $"cannot delete the seed because it is still used by {users}");
        }

        var managed = new ObjectKey(GardenerNames.GardenNamespace, name);
        if (await garden.Objects.FindAsync<ManagedSeed>(managed, cancellationToken) is { Metadata.DeletionTimestamp: null })
        {
            throw Forbidden(attributes, $"cannot delete the seed because it is that of ManagedSeed {managed}: delete that instead");
        }
    }

    private static string? LostByShoots(SeedSpec spec, SeedSpec old)
    {
        var zones = (old.Provider.Zones ?? []).Except(spec.Provider.Zones ?? []).Order(StringComparer.Ordinal).ToArray();
        return zones.Length > 0
            ? $"spec.provider.zones: zone(s) {string.Join(", ", zones)} cannot be removed"
            : old.Dns.Internal is { } domain && domain.Domain != spec.Dns.Internal?.Domain
                ? $"spec.dns.internal.domain: the internal domain {domain.Domain} cannot be changed"
                : null;
    }
}
