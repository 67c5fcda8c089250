using Hortus.ApiServer.Admission;
using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Admission;

/// <summary>Keeps a Seed while Shoots live on it.</summary>
internal sealed class SeedAdmission(GardenReader garden) : GardenAdmissionPlugin<Seed>
{
    public override string Name => "SeedValidator";

    protected override ValueTask CheckAsync(
        Seed value, Seed? old, AdmissionAttributes attributes, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (attributes.Subresource == "status")
        {
            SeedValidator.CheckStatus(value.Status, old?.Status, errors);
        }

        return ValueTask.CompletedTask;
    }

    protected override async ValueTask CheckDeleteAsync(
        Seed deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (await garden.ShootsOnAsync(deleted.Metadata.Name!, cancellationToken) is { Count: > 0 } shoots)
        {
            throw Forbidden(attributes,
                $"cannot delete the seed because it is still used by {shoots.Count} Shoot(s) "
                    + $"({string.Join(", ", shoots.Take(GardenReader.ShootsShownMax))})");
        }
    }
}
