using Hortus.GardenApi.Defaults;
using Hortus.GardenApi.Registry;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>Whether a cloud profile offers what a Shoot asks for. What the shoot has already may stay, even if it is no
/// longer offered.</summary>
internal static class ShootProfileValidator
{
    public static void Check(Shoot shoot, Shoot? old, ProfileCatalog catalog, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var spec = shoot.Spec;
        if (spec.Provider.Type != catalog.Profile.Type)
        {
            errors.Invalid(path["provider"]["type"], spec.Provider.Type,
                $"must be the provider type of the cloud profile (\"{catalog.Profile.Type}\")");
        }

        var region = catalog.Region(spec.Region);
        if (region is null && old?.Spec.Region != spec.Region)
        {
            errors.NotSupported(path["region"], spec.Region, catalog.Profile.Regions.Select(r => r.Name));
        }

        if (spec.Kubernetes.Version is { } version && version != old?.Spec.Kubernetes.Version)
        {
            OneOf(version, catalog.KubernetesVersions, path["kubernetes"]["version"], errors);
        }

        var workers = spec.Provider.Workers ?? [];
        for (var i = 0; i < workers.Count; i++)
        {
            var before = old?.Spec.Provider.Workers?.FirstOrDefault(w => w.Name == workers[i].Name);
            Worker(workers[i], before, spec, region, catalog, path["provider"]["workers"][i], errors);
        }

        if (!ShootDefaults.IsWorkerless(spec) && catalog.Profile.Limits?.MaxNodesTotal is { } limit
            && workers.Sum(w => (long)w.Minimum) > limit)
        {
            errors.Forbidden(path["provider"]["workers"],
                $"the total minimum node count of all worker pools must not exceed the limit of {limit} total nodes "
                    + "configured in the cloud profile");
        }
    }

    private static void Worker(
        Worker worker, Worker? old, ShootSpec spec, Region? region, ProfileCatalog catalog, FieldPath path,
        FieldErrors errors)
    {
        var architecture = worker.Machine.Architecture ?? "amd64";
        if (worker.Machine.Type != old?.Machine.Type || architecture != (old?.Machine.Architecture ?? "amd64"))
        {
            OneOf(worker.Machine.Type, catalog.MachineTypes(architecture), path["machine"]["type"], errors);
        }

        if (worker.Kubernetes?.Version is { Length: > 0 } version
            && version != spec.Kubernetes.Version && version != old?.Kubernetes?.Version)
        {
            OneOf(version, catalog.KubernetesVersions, path["kubernetes"]["version"], errors);
        }

        Image(worker, old, architecture, catalog, path, errors);
        Runtimes(worker, old, catalog, path["cri"], errors);
        Zones(worker, old, region, path["zones"], errors);
        if (worker.Volume is { } volume && volume != old?.Volume)
        {
            VolumeType(volume.Type, volume.Size, catalog, path["volume"], errors);
        }

        for (var i = 0; i < (worker.DataVolumes?.Count ?? 0); i++)
        {
            var data = worker.DataVolumes![i];
            if (data != old?.DataVolumes?.FirstOrDefault(d => d.Name == data.Name))
            {
                VolumeType(data.Type, data.Size, catalog, path["dataVolumes"][i], errors);
            }
        }
    }

    private static void Image(
        Worker worker, Worker? old, string architecture, ProfileCatalog catalog, FieldPath path, FieldErrors errors)
    {
        var at = path["machine"]["image"];
        if (worker.Machine.Image is not { } image)
        {
            errors.Required(at, $"the cloud profile has no machine image for the architecture {architecture}");
            return;
        }

        if (image.Name == old?.Machine.Image?.Name && image.Version == old.Machine.Image.Version
            && architecture == (old.Machine.Architecture ?? "amd64"))
        {
            return;
        }

        if (!catalog.Images.Contains(image.Name))
        {
            errors.NotSupported(at["name"], image.Name, catalog.Images);
            return;
        }

        var versions = catalog.ImageVersions(image.Name, architecture);
        if (!versions.Any(v => v.Version == image.Version))
        {
            errors.NotSupported(at["version"], image.Version, versions.Select(v => v.Version));
        }
    }

    private static void Runtimes(Worker worker, Worker? old, ProfileCatalog catalog, FieldPath path, FieldErrors errors)
    {
        var image = worker.Machine.Image;
        var isKnown = TypedObjects.Same(worker.Cri, old?.Cri)
            && image?.Name == old?.Machine.Image?.Name && image?.Version == old?.Machine.Image?.Version;
        if (!isKnown && worker.Cri is { } cri && image is not null
            && catalog.ImageVersion(image.Name, image.Version)?.Cri is { } offered)
        {
            ContainerRuntimes(cri, offered, path, errors);
        }
    }

    private static void ContainerRuntimes(CRI cri, IReadOnlyList<CRI> offered, FieldPath path, FieldErrors errors)
    {
        if (offered.FirstOrDefault(c => c.Name == cri.Name) is not { } match)
        {
            errors.NotSupported(path["name"], cri.Name, offered.Select(c => c.Name));
            return;
        }

        var types = (match.ContainerRuntimes ?? []).Select(r => r.Type).ToList();
        for (var i = 0; i < (cri.ContainerRuntimes?.Count ?? 0); i++)
        {
            OneOf(cri.ContainerRuntimes![i].Type, types, path["containerRuntimes"][i]["type"], errors);
        }
    }

    private static void Zones(Worker worker, Worker? old, Region? region, FieldPath path, FieldErrors errors)
    {
        var offered = (region?.Zones ?? []).Select(z => z.Name).ToList();
        for (var i = 0; i < (worker.Zones?.Count ?? 0); i++)
        {
            var zone = worker.Zones![i];
            if (region is null || old?.Zones?.Contains(zone) == true)
            {
                continue;
            }

            OneOf(zone, offered, path[i], errors);
            var found = region.Zones?.FirstOrDefault(z => z.Name == zone);
            if (found?.UnavailableMachineTypes?.Contains(worker.Machine.Type) == true)
            {
                errors.Invalid(path[i], zone, $"the machine type {worker.Machine.Type} is not available in this zone");
            }

            if (worker.Volume?.Type is { } volume && found?.UnavailableVolumeTypes?.Contains(volume) == true)
            {
                errors.Invalid(path[i], zone, $"the volume type {volume} is not available in this zone");
            }
        }
    }

    private static void VolumeType(
        string? type, string size, ProfileCatalog catalog, FieldPath path, FieldErrors errors)
    {
        if (type is null || catalog.Profile.VolumeTypes is not { } offered)
        {
            return;
        }

        if (offered.FirstOrDefault(v => v.Name == type && v.Usable != false) is not { } match)
        {
            errors.NotSupported(path["type"], type, offered.Where(v => v.Usable != false).Select(v => v.Name));
        }
        else if (match.MinSize is { } least && Quantity.TryParse(size, out var asked) && asked < least)
        {
            errors.Invalid(path["size"], size, $"must be at least {least} for this volume type");
        }
    }

    private static void OneOf(string value, IReadOnlyList<string> supported, FieldPath path, FieldErrors errors)
    {
        if (!supported.Contains(value))
        {
            errors.NotSupported(path, value, supported);
        }
    }
}
