using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>Where that what belongs to a ControllerInstallation is.</summary>
internal static class InstallationNames
{
    /// <summary>The Secret in the namespace of an extension that gets a token for the garden.</summary>
    public const string AccessSecret = "garden-access-extension";

    /// <summary>The namespace of the extension in the seed.</summary>
    public static string NamespaceOf(ControllerInstallation installation) => GardenerNames.ExtensionPrefix + installation.Metadata.Name;

    /// <summary>The ManagedResource in the seed.</summary>
    public static ObjectKey ManagedResourceOf(ControllerInstallation installation) =>
        new(GardenerNames.GardenNamespace, installation.Metadata.Name!);

    /// <summary>The service account in the garden.</summary>
    public static ObjectKey AccountOf(ControllerInstallation installation, string seed) =>
        new(GardenerNames.SeedNamespace(seed), GardenerNames.ExtensionPrefix + installation.Metadata.Name);
}
