using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>The namespace of an extension in the seed. Pure.</summary>
internal static class InstallationNamespace
{
    private const string PodSecurityLevel = "pod-security.kubernetes.io/enforce";

    /// <summary>The namespace.</summary>
    /// <param name="installation">Whose it is.</param>
    /// <param name="registration">Name of its ControllerRegistration.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="isGarden">Whether the seed is also the runtime cluster of a garden.</param>
    public static Namespace Of(ControllerInstallation installation, string registration, Seed seed, bool isGarden)
    {
        var labels = new Dictionary<string, string>
        {
            [GardenerLabels.Role] = GardenerRoles.Extension,
            [GardenerLabels.ControllerRegistrationName] = registration,
            [WebhookLabels.HighAvailabilityConsider] = "true",
        };
        if (installation.Metadata.Annotation(GardenerAnnotations.PodSecurityEnforce) is { Length: > 0 } level)
        {
            labels[PodSecurityLevel] = level;
        }

        if (isGarden)
        {
            labels[GardenerLabels.AccessTargetApiServer] = NetworkingNames.Allowed;
        }

        return new Namespace
        {
            Metadata = new ObjectMeta
            {
                Name = InstallationNames.NamespaceOf(installation),
                Labels = labels,
                Annotations = new Dictionary<string, string>
                {
                    [WebhookLabels.Zones] = string.Join(',', seed.Spec.Provider.Zones ?? []),
                },
            },
        };
    }
}
