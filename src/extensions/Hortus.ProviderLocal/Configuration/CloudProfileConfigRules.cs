using System.Text.Json;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.ProviderLocal.Configuration;

/// <summary>What is wrong with a <see cref="CloudProfileConfig"/>.</summary>
internal static class CloudProfileConfigRules
{
    /// <summary>Field of the configuration in its profile.</summary>
    public static readonly FieldPath Path = FieldPath.Root["spec"]["providerConfig"];

    private static readonly FieldPath Images = Path["machineImages"];

    /// <summary>Reads the configuration of a profile and checks what can be seen in it alone.</summary>
    /// <param name="json">The configuration.</param>
    /// <param name="hasCapabilities">Whether the profile defines capabilities: then variants have images, otherwise versions.</param>
    /// <param name="errors">Gets what is wrong.</param>
    /// <returns>The configuration; null when there is none or it cannot be read.</returns>
    public static CloudProfileConfig? Read(JsonElement? json, bool hasCapabilities, FieldErrors errors)
    {
        CloudProfileConfig? config;
        try
        {
            config = CloudProfileConfig.Read(json);
        }
        catch (JsonException e)
        {
            errors.Invalid(Path, null, e.Message);
            return null;
        }

        if (config is null)
        {
            return null;
        }

        Is(CloudProfileConfig.ApiVersionValue, config.ApiVersion, Path["apiVersion"], errors);
        Is(CloudProfileConfig.KindValue, config.Kind, Path["kind"], errors);
        Known(config, Path, errors);
        if (config.MachineImages is not { Count: > 0 } images)
        {
            errors.Required(Images, "must name the container image of one machine image at least");
            return config;
        }

        var names = new HashSet<string>();
        for (var i = 0; i < images.Count; i++)
        {
            Check(images[i], Images[i], hasCapabilities, names, errors);
        }

        return config;
    }

    /// <summary>Checks that a profile has every machine image and version that the configuration has an image for.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="offered">The machine images of the profile.</param>
    /// <param name="profile">The profile, for messages.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static void CheckOffered(CloudProfileConfig config, IReadOnlyList<MachineImage>? offered, string profile, FieldErrors errors)
    {
        foreach (var (path, name, version) in MappingsOf(config))
        {
            if (!Has(offered, name, version))
            {
                errors.Invalid(path, $"{name}@{version}", $"{profile} has no such version of a machine image in spec.machineImages");
            }
        }
    }

    /// <summary>Checks that a configuration maps nothing that the parent of its profile maps already.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="parent">The parent.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static void CheckNew(CloudProfileConfig config, CloudProfile parent, FieldErrors errors)
    {
        foreach (var (path, name, version) in MappingsOf(config))
        {
            if (Has(parent.Spec.MachineImages, name, version))
            {
                errors.Forbidden(path, $"machine image {name}@{version} is defined by CloudProfile {parent.Metadata.Name} already");
            }
        }
    }

    private static IEnumerable<(FieldPath Path, string? Name, string? Version)> MappingsOf(CloudProfileConfig config) =>
        from image in (config.MachineImages ?? []).Index()
        from version in (image.Item.Versions ?? []).Index()
        select (Images[image.Index]["versions"][version.Index], image.Item.Name, version.Item.Version);

    private static bool Has(IReadOnlyList<MachineImage>? images, string? name, string? version) =>
        images?.Any(image => image.Name == name && image.Versions.Any(one => one.Version == version)) == true;

    private static void Check(MachineImageMapping image, FieldPath path, bool hasCapabilities, HashSet<string> names, FieldErrors errors)
    {
        Known(image, path, errors);
        Unique(image.Name, path["name"], names, errors);
        if (image.Versions is not { Count: > 0 } versions)
        {
            errors.Required(path["versions"], "must have one version at least");
            return;
        }

        var seen = new HashSet<string>();
        for (var i = 0; i < versions.Count; i++)
        {
            Check(versions[i], path["versions"][i], hasCapabilities, seen, errors);
        }
    }

    private static void Check(
        MachineImageVersionMapping version, FieldPath path, bool hasCapabilities, HashSet<string> seen, FieldErrors errors)
    {
        Known(version, path, errors);
        Unique(version.Version, path["version"], seen, errors);
        if (!hasCapabilities)
        {
            Needed(version.Image, path["image"], errors);
            if (version.CapabilityFlavors is { Count: > 0 })
            {
                errors.Forbidden(path["capabilityFlavors"], "the profile defines no capabilities: set image");
            }

            return;
        }

        if (!string.IsNullOrEmpty(version.Image))
        {
            errors.Forbidden(path["image"], "the profile defines capabilities: set capabilityFlavors[].image");
        }

        foreach (var (index, flavor) in (version.CapabilityFlavors ?? []).Index())
        {
            Known(flavor, path["capabilityFlavors"][index], errors);
            Needed(flavor.Image, path["capabilityFlavors"][index]["image"], errors);
        }
    }

    private static void Is(string wanted, string? found, FieldPath path, FieldErrors errors)
    {
        if (found != wanted)
        {
            errors.NotSupported(path, found ?? "", [wanted]);
        }
    }

    private static void Unique(string? name, FieldPath path, HashSet<string> seen, FieldErrors errors)
    {
        Needed(name, path, errors);
        if (!string.IsNullOrEmpty(name) && !seen.Add(name))
        {
            errors.Duplicate(path, name);
        }
    }

    private static void Needed(string? text, FieldPath path, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            errors.Required(path, "must not be empty");
        }
    }

    private static void Known(ApiType part, FieldPath path, FieldErrors errors)
    {
        foreach (var field in part.UnknownFields?.Keys ?? [])
        {
            errors.Forbidden(path[field], "there is no such field");
        }
    }
}
