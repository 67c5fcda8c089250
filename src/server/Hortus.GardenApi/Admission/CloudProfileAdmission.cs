using Hortus.ApiServer.Admission;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Admission;

/// <summary>Keeps versions in a CloudProfile while Shoots use them.</summary>
internal sealed class CloudProfileAdmission(GardenReader garden) : GardenAdmissionPlugin<CloudProfile>
{
    public override string Name => "CloudProfileValidator";

    protected override async ValueTask CheckAsync(
        CloudProfile value, CloudProfile? old, AdmissionAttributes attributes, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (old is null || value.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        var versions = old.Spec.Kubernetes.Versions.Select(v => v.Version)
            .Except(value.Spec.Kubernetes.Versions.Select(v => v.Version)).ToHashSet(StringComparer.Ordinal);
        var images = Images(old).Except(Images(value)).ToHashSet();
        if (versions.Count == 0 && images.Count == 0)
        {
            return;
        }

        var path = FieldPath.Root["spec"];
        foreach (var shoot in await garden.Objects.ListAsync<Shoot>(null, cancellationToken))
        {
            if (shoot.Spec.CloudProfile is not { Kind: nameof(CloudProfile) } reference
                || reference.Name != value.Metadata.Name)
            {
                continue;
            }

            if (shoot.Spec.Kubernetes.Version is { } version && versions.Contains(version))
            {
                errors.Forbidden(
                    path["kubernetes"]["versions"], $"the version {version} is still in use by Shoot {shoot.Key}");
            }

            foreach (var image in (shoot.Spec.Provider.Workers ?? []).Select(
                w => w.Machine.Image).OfType<ShootMachineImage>())
            {
                if (images.Contains((image.Name, image.Version ?? "")))
                {
                    errors.Forbidden(
                        path["machineImages"],
                        $"the image {image.Name} {image.Version} is still in use by Shoot {shoot.Key}");
                }
            }
        }
    }

    private static IEnumerable<(string Name, string Version)> Images(CloudProfile profile) =>
        profile.Spec.MachineImages.SelectMany(i => i.Versions.Select(v => (i.Name, v.Version)));
}

/// <summary>Requires the parent of a NamespacedCloudProfile and keeps entries of the parent from being made
/// anew.</summary>
internal sealed class NamespacedCloudProfileAdmission(GardenReader garden)
    : GardenAdmissionPlugin<NamespacedCloudProfile>
{
    public override string Name => "NamespacedCloudProfileValidator";

    protected override async ValueTask CheckAsync(
        NamespacedCloudProfile value, NamespacedCloudProfile? old, AdmissionAttributes attributes, FieldErrors errors,
        CancellationToken cancellationToken)
    {
        if (attributes.Subresource.Length > 0 || value.Metadata.DeletionTimestamp is not null)
        {
            return;
        }

        var path = FieldPath.Root["spec"];
        var parent = await garden.Objects.FindAsync<CloudProfile>(
            ObjectKey.Cluster(value.Spec.Parent.Name), cancellationToken);
        if (parent is null)
        {
            errors.NotFound(path["parent"]["name"], value.Spec.Parent.Name);
            return;
        }

        for (var i = 0; i < (value.Spec.MachineTypes?.Count ?? 0); i++)
        {
            var name = value.Spec.MachineTypes![i].Name;
            if (parent.Spec.MachineTypes.Any(t => t.Name == name)
                && old?.Spec.MachineTypes?.Any(t => t.Name == name) != true)
            {
                errors.Forbidden(path["machineTypes"][i]["name"], $"the parent already has a machine type \"{name}\"");
            }
        }

        for (var i = 0; i < (value.Spec.Kubernetes?.Versions.Count ?? 0); i++)
        {
            var version = value.Spec.Kubernetes!.Versions[i].Version;
            if (!parent.Spec.Kubernetes.Versions.Any(v => v.Version == version))
            {
                errors.NotSupported(path["kubernetes"]["versions"][i]["version"], version,
                    parent.Spec.Kubernetes.Versions.Select(v => v.Version));
            }
        }
    }
}
