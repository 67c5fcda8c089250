using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary>Registers a seed with the garden, unless its name is another cluster's.</summary>
internal static class SeedRegistration
{
    /// <summary>Writes the Seed.</summary>
    /// <exception cref="SettingException">Another cluster is the seed of this name.</exception>
    public static async Task EnsureAsync(
        IKubernetesClient garden, IKubernetesClient cluster, Seed seed, CancellationToken cancellationToken)
    {
        var known = await garden.FindAsync<Seed>(seed.Key, cancellationToken);
        if (known?.Status?.ClusterIdentity is { Length: > 0 } taken)
        {
            var own = await IdentityAsync(cluster, seed.Key.Name, cancellationToken);
            if (taken != own)
            {
                throw new SettingException(
                    $"Seed {seed.Key.Name} is another cluster (clusterIdentity {taken}, this one is {own}): choose another name, or delete "
                    + "that Seed when its cluster is gone for good");
            }
        }

        await garden.ApplyAsync(seed, GardenletIdentity.FieldManager, cancellationToken);
    }

    /// <summary>What tells a cluster from all others, as the seed of a name.</summary>
    public static async Task<string> IdentityAsync(IKubernetesClient cluster, string seed, CancellationToken cancellationToken)
    {
        var system = await cluster.GetAsync<Namespace>(ObjectKey.Cluster("kube-system"), cancellationToken);
        return $"{system.Metadata.Uid}-{seed}";
    }
}
