using Hortus.ApiServer.Admission;
using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Validation;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Admission;

/// <summary>Completes Shoots from other objects and checks what needs them: project, cloud profile, credentials,
/// seed.</summary>
internal sealed class ShootAdmission(GardenReader garden) : GardenAdmissionPlugin<Shoot>
{
    private const int NamesLengthMax = 21;

    private static readonly ResourceKind Kind = ResourceKind.Of<Shoot>();

    public override string Name => "ShootValidator";

    protected override async ValueTask<Shoot> MutateAsync(
        Shoot value, Shoot? old, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (attributes.Subresource == "status" || value.Metadata.DeletionTimestamp is not null)
        {
            return value;
        }

        var shoot = ShootDefaults.Apply(value);
        if (old is null)
        {
            shoot = WithCreator(shoot, attributes.User.Name);
            if (await garden.ProjectOfAsync(shoot.Metadata.Namespace, cancellationToken) is { } project)
            {
                shoot = ShootResolver.FromProject(shoot, project);
            }
        }

        if (await garden.ProfileOfAsync(shoot, cancellationToken) is { } profile)
        {
            shoot = ShootResolver.FromProfile(shoot, old, new ProfileCatalog(profile, garden.Now));
        }

        if (shoot.Spec.SeedName is { Length: > 0 } name && await garden.SeedAsync(name, cancellationToken) is { } seed)
        {
            shoot = ShootResolver.FromSeed(shoot, seed);
        }

        return shoot;
    }

    protected override async ValueTask CheckAsync(
        Shoot value, Shoot? old, AdmissionAttributes attributes, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (attributes.Subresource == "status")
        {
            ShootChangeValidator.CheckStatus(value.Status, old?.Status, errors);
            return;
        }

        if (value.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        if (old is null)
        {
            await CheckProjectAsync(value, attributes, errors, cancellationToken);
        }

        await CheckSeedNameAsync(value, old, attributes, cancellationToken);
        await CheckProfileAsync(value, old, errors, cancellationToken);
        await new ShootReferences(garden).CheckAsync(value, old, attributes.User, errors, cancellationToken);
        await CheckSeedAsync(value, old, attributes, errors, cancellationToken);
        await CheckDomainAsync(value, old, errors, cancellationToken);
    }

    private static Shoot WithCreator(Shoot shoot, string user) => shoot with
    {
        Metadata = shoot.Metadata with
        {
            Annotations = new Dictionary<string, string>(
                shoot.Metadata.Annotations ?? new Dictionary<string, string>(), StringComparer.Ordinal)
            {
                [GardenerAnnotations.CreatedBy] = user,
            },
        },
    };

    private async ValueTask CheckProjectAsync(
        Shoot shoot, AdmissionAttributes attributes, FieldErrors errors, CancellationToken cancellationToken)
    {
        var ns = shoot.Metadata.Namespace;
        var project = await garden.ProjectOfAsync(ns, cancellationToken)
            ?? throw Forbidden(
                attributes, $"the namespace \"{ns}\" belongs to no project: create the Shoot in a project's namespace");
        if (project.Metadata.DeletionTimestamp is not null)
        {
            throw Forbidden(
                attributes,
                $"cannot create the Shoot because the project \"{project.Metadata.Name}\" is being deleted");
        }

        // Both are parts of the control plane's namespace, from which names of 63 characters are made.
        var name = shoot.Metadata.Name ?? "";
        if ((project.Metadata.Name?.Length ?? 0) + name.Length > NamesLengthMax)
        {
            errors.Invalid(FieldPath.Root["metadata"]["name"], name,
                $"the length of the shoot name and the project name must not exceed {NamesLengthMax} characters "
                + $"(project: {project.Metadata.Name}; shoot: {name})");
        }

        foreach (var toleration in shoot.Spec.Tolerations ?? [])
        {
            if (!Allowed(project, shoot, toleration))
            {
                errors.Forbidden(FieldPath.Root["spec"]["tolerations"],
                    $"the toleration {toleration.Key} is not on the whitelist of project \"{project.Metadata.Name}\"");
            }
        }
    }

    private static bool Allowed(Project project, Shoot shoot, Toleration toleration) =>
        (toleration.Key == GardenerNames.SeedTaintProtected
            && shoot.Metadata.Namespace == GardenerNames.GardenNamespace)
        || (project.Spec.Tolerations?.Whitelist ?? []).Concat(project.Spec.Tolerations?.Defaults ?? [])
            .Any(t => t.Key == toleration.Key && (t.Value is null || t.Value == toleration.Value));

    private async ValueTask CheckSeedNameAsync(
        Shoot shoot, Shoot? old, AdmissionAttributes attributes, CancellationToken cancellationToken)
    {
        if (shoot.Spec.SeedName == old?.Spec.SeedName || attributes.Subresource == "binding")
        {
            return;
        }

        if (old is not null)
        {
            throw Forbidden(attributes, "spec.seedName can only be changed through the subresource shoots/binding");
        }

        if (!await garden.MayAsync(attributes.User, "update", Kind, attributes.Key, "binding", cancellationToken))
        {
            throw Forbidden(attributes,
                $"user \"{attributes.User.Name}\" may not choose the seed: spec.seedName needs the right to update "
                    + "shoots/binding");
        }
    }

    private async ValueTask CheckProfileAsync(
        Shoot shoot, Shoot? old, FieldErrors errors, CancellationToken cancellationToken)
    {
        var reference = shoot.Spec.CloudProfile!;
        await CheckSwitchAsync(shoot, reference, old?.Spec.CloudProfile, errors, cancellationToken);
        if (await garden.ProfileOfAsync(shoot, cancellationToken) is { } profile)
        {
            ShootProfileValidator.Check(shoot, old, new ProfileCatalog(profile, garden.Now), errors);
            return;
        }

        // A profile that is gone must not keep its shoots from losing finalizers.
        if (reference == old?.Spec.CloudProfile)
        {
            return;
        }

        var names = reference.Kind == nameof(NamespacedCloudProfile)
            ? (await garden.Objects.ListAsync<NamespacedCloudProfile>(shoot.Metadata.Namespace, cancellationToken))
                .Select(p => p.Metadata.Name!)
            : (await garden.Objects.ListAsync<CloudProfile>(null, cancellationToken)).Select(p => p.Metadata.Name!);
        errors.NotSupported(FieldPath.Root["spec"]["cloudProfile"]["name"], reference.Name, names);
    }

    // A shoot may move to a profile that says more than its own, never to one that says something else.
    private async ValueTask CheckSwitchAsync(
        Shoot shoot, CloudProfileReference reference, CloudProfileReference? old, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (old is null || reference == old)
        {
            return;
        }

        var child = reference.Kind == nameof(NamespacedCloudProfile)
            ? await garden.Objects.FindAsync<NamespacedCloudProfile>(
                new ObjectKey(shoot.Metadata.Namespace, reference.Name), cancellationToken)
            : null;
        if (old.Kind == nameof(NamespacedCloudProfile) || child?.Spec.Parent.Name != old.Name)
        {
            errors.Invalid(FieldPath.Root["spec"]["cloudProfile"], $"{reference.Kind} {reference.Name}",
                $"a Shoot can only be switched from its cloud profile ({old.Kind} {old.Name}) to a NamespacedCloudProfile that has it as "
                    + "parent");
        }
    }

    private async ValueTask CheckSeedAsync(
        Shoot shoot, Shoot? old, AdmissionAttributes attributes, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (shoot.Spec.SeedName is not { Length: > 0 } name)
        {
            return;
        }

        var isNew = name != old?.Spec.SeedName;
        if (await garden.SeedAsync(name, cancellationToken) is not { } seed)
        {
            if (isNew)
            {
                errors.NotFound(FieldPath.Root["spec"]["seedName"], name);
            }

            return;
        }

        if (seed.Metadata.DeletionTimestamp is not null
            && (isNew || !Registry.TypedObjects.Same(shoot.Spec, old?.Spec)))
        {
            throw Forbidden(
                attributes, $"the seed \"{name}\" is being deleted: the Shoot can only be deleted or moved away");
        }

        if (isNew)
        {
            ShootSeedValidator.Taints(shoot.Spec, seed, errors);
        }

        if (isNew || !Registry.TypedObjects.Same(shoot.Spec.Networking, old?.Spec.Networking))
        {
            ShootSeedValidator.Networking(shoot.Spec, seed, errors);
        }
    }

    private async ValueTask CheckDomainAsync(
        Shoot shoot, Shoot? old, FieldErrors errors, CancellationToken cancellationToken)
    {
        if (shoot.Spec.Dns?.Domain is not { Length: > 0 } domain || domain == old?.Spec.Dns?.Domain)
        {
            return;
        }

        foreach (var other in await garden.Objects.ListAsync<Shoot>(null, cancellationToken))
        {
            if (other.Key != shoot.Key && other.Spec.Dns?.Domain is { Length: > 0 } taken && Nested(domain, taken))
            {
                errors.Invalid(FieldPath.Root["spec"]["dns"]["domain"], domain,
                    "the domain is already used by another Shoot or it is a subdomain of an already used domain");
                return;
            }
        }
    }

    private static bool Nested(string left, string right) =>
        left == right
        || left.EndsWith("." + right, StringComparison.Ordinal)
        || right.EndsWith("." + left, StringComparison.Ordinal);
}
