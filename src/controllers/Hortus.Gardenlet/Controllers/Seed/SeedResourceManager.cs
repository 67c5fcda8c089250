using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Sees to it that the seed has a resource manager. Where the seed is the runtime cluster of a garden, the operator has
/// deployed it.</summary>
internal static class SeedResourceManager
{
    /// <summary>Deploys it if nobody else does.</summary>
    public static async Task EnsureAsync(GardenletSurroundings surroundings, CancellationToken cancellationToken)
    {
        if (await IsGardenAsync(surroundings.SeedClient, cancellationToken))
        {
            return;
        }

        // No ManagedResources: it would have to apply itself.
        var space = new Namespace
        {
            Metadata = new ObjectMeta
            {
                Name = GardenerNames.GardenNamespace,
                Labels = new Dictionary<string, string> { [GardenerLabels.Role] = GardenerRoles.Garden },
            },
        };
        await surroundings.SeedClient.ApplyAsync(space, GardenletIdentity.FieldManager, cancellationToken);
        var manager = new ResourceManagerWorkload(new ResourceManagerValues
        {
            Namespace = GardenerNames.GardenNamespace,
            Image = surroundings.Images.Hortus,
        });
        await new DirectDeployer(surroundings.SeedClient, GardenletIdentity.FieldManager).DeployAsync(manager, cancellationToken);
    }

    /// <summary>Whether the seed is also the runtime cluster of a garden.</summary>
    public static async Task<bool> IsGardenAsync(IKubernetesClient seed, CancellationToken cancellationToken)
    {
        try
        {
            return (await seed.ListAsync<Garden>(new ListOptions { Limit = 1 }, cancellationToken)).Items.Count > 0;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }
}
