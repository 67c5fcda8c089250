using Hortus.ApiServer.Admission;
using Hortus.GardenApi.Defaults;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Bastion = Hortus.Objects.Gardener.Operations.Bastion;

namespace Hortus.GardenApi.Admission;

/// <summary>Takes seed and provider of a Bastion from its Shoot, which must run on a seed and let people in.</summary>
internal sealed class BastionAdmission(GardenReader garden) : GardenAdmissionPlugin<Bastion>
{
    public override string Name => "Bastion";

    protected override async ValueTask<Bastion> MutateAsync(
        Bastion value, Bastion? old, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Subresource.Length > 0 || value.Metadata.DeletionTimestamp is not null)
        {
            return value;
        }

        var creator = old is null
            ? attributes.User.Name
            : old.Metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.CreatedBy);
        var marked = value with { Metadata = WithCreator(value.Metadata, creator) };
        return await ShootOfAsync(value, cancellationToken) is { } shoot
            ? marked with
            {
                Spec = marked.Spec with { SeedName = shoot.Spec.SeedName, ProviderType = shoot.Spec.Provider.Type },
            }
            : marked;
    }

    protected override async ValueTask CheckAsync(
        Bastion value, Bastion? old, AdmissionAttributes attributes, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (old is not null || attributes.Subresource.Length > 0 || value.Spec.ShootRef.Name is not { Length: > 0 } name)
        {
            return;
        }

        var path = FieldPath.Root["spec"]["shootRef"]["name"];
        var shoot = await ShootOfAsync(value, cancellationToken);
        if (shoot is null)
        {
            errors.Invalid(path, name, "shoot not found");
        }
        else if (Obstacle(shoot) is { } why)
        {
            errors.Invalid(path, name, why);
        }
    }

    private static string? Obstacle(Shoot shoot) => shoot switch
    {
        { Metadata.DeletionTimestamp: not null } => "shoot is being deleted",
        { Spec.SeedName: null or "" } => "shoot is not yet assigned to a seed",
        _ when ShootDefaults.IsWorkerless(shoot.Spec) => "shoot has no workers, so there are no nodes to reach",
        { Spec.Provider.WorkersSettings.SshAccess.Enabled: false } => "shoot has disabled SSH access for its workers",
        _ => null,
    };

    private static ObjectMeta WithCreator(ObjectMeta metadata, string? creator)
    {
        if (metadata.Annotations?.GetValueOrDefault(GardenerAnnotations.CreatedBy) == creator)
        {
            return metadata;
        }

        var annotations = new Dictionary<string, string>(
            metadata.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal);
        annotations.Remove(GardenerAnnotations.CreatedBy);
        if (creator is not null)
        {
            annotations[GardenerAnnotations.CreatedBy] = creator;
        }

        return metadata with { Annotations = annotations };
    }

    private ValueTask<Shoot?> ShootOfAsync(Bastion bastion, CancellationToken cancellationToken) =>
        garden.Objects.FindAsync<Shoot>(
            new ObjectKey(bastion.Metadata.Namespace, bastion.Spec.ShootRef.Name ?? ""), cancellationToken);
}
