using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Which changes make the gardenlet look at a ControllerInstallation. Pure.</summary>
internal static class InstallationTriggers
{
    /// <summary>Whether a change is one of wishes rather than of reports. The garden writes into the references which state of the
    /// registration, the deployment, the seed and the resources is meant.</summary>
    public static bool Matters(ControllerInstallation? old, ControllerInstallation? installation) =>
        installation is not null && (old is null
            || old.Metadata.Uid != installation.Metadata.Uid
            || old.Metadata.IsDeleting() != installation.Metadata.IsDeleting()
            || old.Spec.DeploymentRef != installation.Spec.DeploymentRef
            || old.Spec.RegistrationRef.ResourceVersion != installation.Spec.RegistrationRef.ResourceVersion
            || old.Spec.SeedRef?.ResourceVersion != installation.Spec.SeedRef?.ResourceVersion
            || old.Spec.SeedRef?.Name != installation.Spec.SeedRef?.Name
            || !(old.Spec.ResourceRefs ?? []).SequenceEqual(installation.Spec.ResourceRefs ?? [])
            || old.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce)
                != installation.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce));

    /// <summary>Whether a Secret has other data than before.</summary>
    public static bool Matters(Secret? old, Secret? secret)
    {
        static string Of(Secret? value) => string.Join(
            '\n', (value?.Data ?? new Dictionary<string, byte[]>())
                .OrderBy(data => data.Key, StringComparer.Ordinal).Select(data => $"{data.Key} {Convert.ToBase64String(data.Value)}"));
        return Of(old) != Of(secret);
    }

    /// <summary>The namespaces of extensions in the seed.</summary>
    public static CacheScope ExtensionNamespaces { get; } = new(null, $"{GardenerLabels.Role}={GardenerRoles.Extension}");

    /// <summary>The installation that a namespace of the seed belongs to.</summary>
    public static IEnumerable<ObjectKey> InstallationsOf(Namespace space) =>
        space.Metadata.Name!.StartsWith(GardenerNames.ExtensionPrefix, StringComparison.Ordinal)
            ? [ObjectKey.Cluster(space.Metadata.Name[GardenerNames.ExtensionPrefix.Length..])]
            : [];

    /// <summary>The installation that a ManagedResource of the seed belongs to.</summary>
    public static IEnumerable<ObjectKey> InstallationsOf(ManagedResource resource) =>
        resource.Metadata.Namespace == GardenerNames.GardenNamespace
        && resource.Metadata.Label(GardenerLabels.InstallationOfManagedResource) is { Length: > 0 } name
            ? [ObjectKey.Cluster(name)]
            : [];
}
