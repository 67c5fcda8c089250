using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.ResourceManager;

/// <summary>The name of the source cluster that is written into objects.</summary>
internal static class ClusterIdentity
{
    private const string FromCluster = "<cluster>";
    private const string FromClusterIfThere = "<default>";

    private static readonly ObjectKey Map = new("kube-system", GardenerNames.ClusterIdentity);

    /// <summary>What a setting stands for: itself, or what the cluster says of itself.</summary>
    /// <exception cref="SettingException">The cluster must have a name and has none.</exception>
    public static async Task<string?> ResolveAsync(IKubernetesClient source, string? setting, CancellationToken cancellationToken)
    {
        if (setting is not (FromCluster or FromClusterIfThere))
        {
            return setting;
        }

        var map = await source.FindAsync<ConfigMap>(Map, cancellationToken);
        return map?.Data?.GetValueOrDefault(GardenerNames.ClusterIdentity) is { Length: > 0 } name ? name
            : setting == FromClusterIfThere ? null
            : throw new SettingException(
                $"--cluster-id={FromCluster} needs the key {GardenerNames.ClusterIdentity} in ConfigMap {Map} of the source cluster, " +
                $"which {(map is null ? "does not exist" : "has no such key")}: create it, or name the cluster in the flag");
    }
}
