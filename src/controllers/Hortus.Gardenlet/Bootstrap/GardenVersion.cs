using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Rules;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Refuses to work with a garden that is of another time.</summary>
internal static class GardenVersion
{
    private static readonly ObjectKey Info = new(GardenerNames.PublicNamespace, GardenerNames.InfoConfigMap);

    /// <summary>Returns when the garden's version fits, or when the garden says none.</summary>
    /// <exception cref="SettingException">It does not fit; restarting does not help.</exception>
    public static async Task CheckAsync(IKubernetesClient garden, string own, CancellationToken cancellationToken)
    {
        var map = await garden.FindAsync<ConfigMap>(Info, cancellationToken);
        if (GardenerInfo.VersionOf(map?.Data) is { } version && VersionSkew.Fault(own, version) is { } fault)
        {
            throw new SettingException($"{fault} (ConfigMap {Info})");
        }
    }
}
