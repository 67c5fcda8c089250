using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenApi.Validation;

/// <summary>The rules of CloudProfile and NamespacedCloudProfile.</summary>
internal static class CloudProfileValidator
{
    private static readonly string[] Classes = ["preview", "supported", "deprecated"];

    public static void Check(CloudProfile profile, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var spec = profile.Spec;
        Names.Subdomain(profile.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        Names.Present(spec.Type, path["type"], errors, "must provide a provider type");
        if (spec.Kubernetes.Versions.Count == 0)
        {
            errors.Required(path["kubernetes"]["versions"], "must provide at least one Kubernetes version");
        }

        if (spec.MachineTypes.Count == 0)
        {
            errors.Required(path["machineTypes"], "must provide at least one machine type");
        }

        if (spec.MachineImages.Count == 0)
        {
            errors.Required(path["machineImages"], "must provide at least one machine image");
        }

        Versions(spec.Kubernetes, path["kubernetes"]["versions"], errors);
        Images(spec.MachineImages, path["machineImages"], errors);
        Types(spec.MachineTypes, path["machineTypes"], errors);
        Volumes(spec.VolumeTypes, path["volumeTypes"], errors);
        Regions(spec.Regions, path["regions"], errors);
        Limit(spec.Limits, path["limits"], errors);
    }

    public static void CheckChange(CloudProfile profile, CloudProfile old, FieldErrors errors) =>
        Names.Unchanged(profile.Spec.Type, old.Spec.Type, FieldPath.Root["spec"]["type"], errors);

    public static void Check(NamespacedCloudProfile profile, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"];
        var spec = profile.Spec;
        Names.Subdomain(profile.Metadata.Name, FieldPath.Root["metadata"]["name"], errors);
        Names.OneOf(spec.Parent.Kind, path["parent"]["kind"], errors, "CloudProfile");
        Names.Present(spec.Parent.Name, path["parent"]["name"], errors, "must provide a parent name");
        Versions(spec.Kubernetes, path["kubernetes"]["versions"], errors);
        Images(spec.MachineImages ?? [], path["machineImages"], errors);
        Types(spec.MachineTypes ?? [], path["machineTypes"], errors);
        Volumes(spec.VolumeTypes, path["volumeTypes"], errors);
        Limit(spec.Limits, path["limits"], errors);
        for (var i = 0; i < (spec.Kubernetes?.Versions.Count ?? 0); i++)
        {
            if (spec.Kubernetes!.Versions[i].ExpirationDate is null)
            {
                errors.Required(
                    path["kubernetes"]["versions"][i]["expirationDate"], "must be set to override that of the parent");
            }
        }
    }

    public static void CheckChange(NamespacedCloudProfile profile, NamespacedCloudProfile old, FieldErrors errors)
    {
        var path = FieldPath.Root["spec"]["parent"];
        Names.Unchanged(profile.Spec.Parent.Kind, old.Spec.Parent.Kind, path["kind"], errors);
        Names.Unchanged(profile.Spec.Parent.Name, old.Spec.Parent.Name, path["name"], errors);
    }

    private static void Versions(KubernetesSettings? settings, FieldPath path, FieldErrors errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (settings?.Versions.Count ?? 0); i++)
        {
            var version = settings!.Versions[i];
            Version(version.Version, path[i]["version"], seen, errors);
            Names.OneOf(version.Classification, path[i]["classification"], errors, Classes);
        }
    }

    private static void Version(string version, FieldPath path, HashSet<string> seen, FieldErrors errors)
    {
        if (!SemanticVersion.TryParse(version, out _))
        {
            errors.Invalid(path, version, "must be a version such as 1.34.2");
        }
        else if (!seen.Add(version))
        {
            errors.Duplicate(path, version);
        }
    }

    private static void Images(IReadOnlyList<MachineImage> images, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < images.Count; i++)
        {
            var image = images[i];
            Name(image.Name, path[i]["name"], names, errors);
            Names.OneOf(image.UpdateStrategy, path[i]["updateStrategy"], errors, "patch", "minor", "major");
            if (image.Versions.Count == 0)
            {
                errors.Required(path[i]["versions"], "must provide at least one version");
            }

            var versions = new HashSet<string>(StringComparer.Ordinal);
            for (var v = 0; v < image.Versions.Count; v++)
            {
                var at = path[i]["versions"][v];
                Version(image.Versions[v].Version, at["version"], versions, errors);
                Names.OneOf(image.Versions[v].Classification, at["classification"], errors, Classes);
                for (var a = 0; a < (image.Versions[v].Architectures?.Count ?? 0); a++)
                {
                    Names.OneOf(image.Versions[v].Architectures![a], at["architectures"][a], errors, "amd64", "arm64");
                }
            }
        }
    }

    private static void Types(IReadOnlyList<MachineType> types, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < types.Count; i++)
        {
            Name(types[i].Name, path[i]["name"], names, errors);
            Names.OneOf(types[i].Architecture, path[i]["architecture"], errors, "amd64", "arm64");
            (string Field, Quantity? Amount)[] amounts =
                [("cpu", types[i].Cpu), ("gpu", types[i].Gpu), ("memory", types[i].Memory)];
            foreach (var (field, amount) in amounts)
            {
                if (amount is not null && amount.MilliValue < 0)
                {
                    errors.Invalid(path[i][field], amount.Text, "must be greater than or equal to 0");
                }
            }
        }
    }

    private static void Volumes(IReadOnlyList<VolumeType>? types, FieldPath path, FieldErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < (types?.Count ?? 0); i++)
        {
            Name(types![i].Name, path[i]["name"], names, errors);
            Names.Present(types[i].Class, path[i]["class"], errors, "must provide a class");
        }
    }

    private static void Regions(IReadOnlyList<Region> regions, FieldPath path, FieldErrors errors)
    {
        if (regions.Count == 0)
        {
            errors.Required(path, "must provide at least one region");
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < regions.Count; i++)
        {
            Name(regions[i].Name, path[i]["name"], names, errors);
            var zones = new HashSet<string>(StringComparer.Ordinal);
            for (var z = 0; z < (regions[i].Zones?.Count ?? 0); z++)
            {
                Name(regions[i].Zones![z].Name, path[i]["zones"][z]["name"], zones, errors);
            }
        }
    }

    private static void Limit(Limits? limits, FieldPath path, FieldErrors errors)
    {
        if (limits?.MaxNodesTotal is < 1)
        {
            errors.Invalid(path["maxNodesTotal"], limits.MaxNodesTotal, "must be greater than 0");
        }
    }

    private static void Name(string name, FieldPath path, HashSet<string> seen, FieldErrors errors)
    {
        Names.Present(name, path, errors, "must provide a name");
        if (name.Length > 0 && !seen.Add(name))
        {
            errors.Duplicate(path, name);
        }
    }
}
