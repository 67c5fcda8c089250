using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Operator;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Deployment = Hortus.Objects.Kubernetes.Deployment;

namespace Hortus.Gardenlet;

/// <summary>Sees to it that the seed has a resource manager. Where the seed is the runtime cluster of a garden, the operator has
/// deployed it.</summary>
internal static class SeedResourceManager
{
    /// <summary>Its Deployment.</summary>
    public static ObjectKey Key { get; } = new(GardenerNames.GardenNamespace, ResourceManagerValues.NameDefault);

    /// <summary>For watches of its Deployment alone.</summary>
    public static CacheScope Scope { get; } = new(Key.Namespace, FieldSelector: $"metadata.name={Key.Name}");

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
        await DeployerFor(surroundings).DeployAsync(WorkloadFor(surroundings), cancellationToken);
    }

    /// <summary>Takes it away again; the namespace stays, the gardenlet lives there.</summary>
    /// <returns>Whether it is gone.</returns>
    public static async Task<bool> RemoveAsync(GardenletSurroundings surroundings, CancellationToken cancellationToken)
    {
        await DeployerFor(surroundings).DestroyAsync(WorkloadFor(surroundings), cancellationToken);
        return await surroundings.SeedClient.FindAsync<Deployment>(Key, cancellationToken) is null;
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

    private static DirectDeployer DeployerFor(GardenletSurroundings surroundings) =>
        new(surroundings.SeedClient, GardenletIdentity.FieldManager);

    private static ResourceManagerWorkload WorkloadFor(GardenletSurroundings surroundings) => new(new ResourceManagerValues
    {
        Namespace = GardenerNames.GardenNamespace,
        Image = surroundings.Images.Hortus,
    });
}
