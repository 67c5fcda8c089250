using System.Text.Json;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Ext = Hortus.Objects.Gardener.Extensions;

namespace Hortus.Gardenlet;

/// <summary>Writes the copies of garden objects from which extensions learn about a shoot.</summary>
internal static class ClusterSync
{
    /// <summary>Writes the Cluster of a shoot.</summary>
    public static Task WriteAsync(
        IKubernetesClient seed, string technicalID, ShootInputs inputs, Shoot shoot, CancellationToken cancellationToken) =>
        seed.ApplyAsync(
            new Ext.Cluster
            {
                Metadata = new ObjectMeta { Name = technicalID },
                Spec = new Ext.ClusterSpec
                {
                    CloudProfile = Copy(inputs.CloudProfile),
                    Seed = Copy(inputs.Seed),
                    Shoot = Copy(shoot),
                },
            },
            GardenletIdentity.FieldManager,
            cancellationToken);

    /// <summary>Brings the Shoot in an existing Cluster up to date.</summary>
    public static async Task UpdateShootAsync(IKubernetesClient seed, Shoot shoot, CancellationToken cancellationToken)
    {
        if (shoot.Status?.TechnicalID is not { Length: > 0 } id
            || await seed.FindAsync<Ext.Cluster>(ObjectKey.Cluster(id), cancellationToken) is not { } cluster)
        {
            return;
        }

        var wanted = new Ext.Cluster
        {
            Metadata = new ObjectMeta { Name = id },
            Spec = cluster.Spec with { Shoot = Copy(shoot) },
        };
        await seed.ApplyAsync(wanted, GardenletIdentity.FieldManager, cancellationToken);
    }

    private static JsonElement Copy(KubernetesObject value)
    {
        var node = KubernetesJson.ToNode(value with { Metadata = value.Metadata with { ManagedFields = null } });
        return JsonSerializer.SerializeToElement(node);
    }
}
