using Hortus.Components;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;

namespace Hortus.Gardenlet;

/// <summary>How the objects of an extension's chart are handed to the seed's resource manager. Pure.</summary>
internal static class InstallationManifests
{
    /// <summary>The ManagedResource of an installation.</summary>
    /// <param name="installation">The installation.</param>
    /// <param name="chartDigest">Digest of the chart; null where only the name matters.</param>
    public static ManagedResourceSettings SettingsOf(ControllerInstallation installation, string? chartDigest = null) => new()
    {
        Key = InstallationNames.ManagedResourceOf(installation),
        Spec = new ManagedResourceSpec { Class = ManagedResourceSettings.SeedClass },
        SecretName = installation.Metadata.Name!,
        Labels = new Dictionary<string, string>
        {
            [GardenerLabels.InstallationOfManagedResource] = installation.Metadata.Name!,
            [GardenerLabels.RegistrationOfManagedResource] = installation.Spec.RegistrationRef.Name ?? "",
        },
        Annotations = chartDigest is null ? null : new Dictionary<string, string> { [ResourceNames.ChartDigest] = chartDigest },
    };
}
