using Hortus.ApiServer.Admission;
using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Gardener.SeedManagement;

namespace Hortus.GardenApi.Admission;

/// <summary>Completes ManagedSeeds from their Shoots, checks that both fit, and keeps those whose Seeds have Shoots.</summary>
internal sealed class ManagedSeedAdmission(GardenReader garden) : GardenAdmissionPlugin<ManagedSeed>
{
    private static readonly FieldPath ShootName = FieldPath.Root["spec"]["shoot"]["name"];

    public override string Name => "ManagedSeed";

    protected override async ValueTask<ManagedSeed> MutateAsync(
        ManagedSeed value, ManagedSeed? old, AdmissionAttributes attributes, CancellationToken cancellationToken) =>
        IsJudged(value, old, attributes) && await ShootOfAsync(value, cancellationToken) is { } shoot
            ? ManagedSeedShootRules.Complete(value, shoot)
            : value;

    protected override async ValueTask CheckAsync(
        ManagedSeed value, ManagedSeed? old, AdmissionAttributes attributes, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (!IsJudged(value, old, attributes) || value.Spec.Shoot is not { Name.Length: > 0 } reference)
        {
            return;
        }

        if (await ShootOfAsync(value, cancellationToken) is not { } shoot)
        {
            errors.Invalid(ShootName, reference.Name, $"shoot {value.Metadata.Namespace}/{reference.Name} not found");
            return;
        }

        if (old is null)
        {
            ManagedSeedShootRules.CheckShoot(shoot, errors);
        }

        foreach (var other in await garden.Objects.ListAsync<ManagedSeed>(value.Metadata.Namespace, cancellationToken))
        {
            if (other.Key != value.Key && other.Spec.Shoot?.Name == reference.Name)
            {
                errors.Invalid(
                    ShootName, reference.Name, $"shoot {shoot.Key} already registered as seed by managed seed {other.Key}");
            }
        }

        ManagedSeedShootRules.CheckSeed(value, old, shoot, errors);
    }

    protected override async ValueTask CheckDeleteAsync(
        ManagedSeed deleted, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        var name = deleted.Metadata.Name!;
        if (await garden.ShootsOnAsync(name, cancellationToken) is { } users)
        {
            throw Forbidden(
                attributes,
                $"cannot delete the managed seed because its seed is still used by {users}: "
                + "delete them or move them to another seed first");
        }
    }

    // Reports and the way out are nobody's business here, and what stays as it was has been judged.
    private static bool IsJudged(ManagedSeed value, ManagedSeed? old, AdmissionAttributes attributes) =>
        attributes.Subresource.Length == 0 && value.Metadata.DeletionTimestamp is null
        && (old is null || !TypedObjects.Same(value.Spec, old.Spec));

    private ValueTask<Shoot?> ShootOfAsync(ManagedSeed managed, CancellationToken cancellationToken) =>
        garden.Objects.FindAsync<Shoot>(new ObjectKey(managed.Metadata.Namespace, managed.Spec.Shoot?.Name ?? ""), cancellationToken);
}
