using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Calico;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>The kinds that a seed needs beyond those of Kubernetes.</summary>
internal sealed class SeedCrds : IComponent
{
    public string Name => "seed-crds";

    public string Namespace => GardenerNames.GardenNamespace;

    public IReadOnlyList<KubernetesObject> Render() =>
        [.. GardenerKinds.SeedCrds.Append(typeof(IPPool)).Select(CustomResourceDefinitions.For)];

    /// <summary>Installs the kinds and returns when the seed serves them.</summary>
    public static async Task InstallAsync(IKubernetesClient seed, CancellationToken cancellationToken)
    {
        var deployer = new DirectDeployer(seed, GardenletIdentity.FieldManager);
        var crds = new SeedCrds();
        await deployer.DeployAsync(crds, cancellationToken);
        await deployer.WaitAsync(crds, cancellationToken);
    }

    /// <summary>Takes Gardener's kinds away, and with them all objects of them. Those of others, such as the network's, stay: they may
    /// have been there before.</summary>
    /// <returns>Names of those that are still there.</returns>
    public static async Task<IReadOnlyList<string>> RemoveAsync(IKubernetesClient seed, CancellationToken cancellationToken)
    {
        var own = GardenerKinds.SeedCrds.Select(kind => CustomResourceDefinitions.For(kind).Metadata.Name).ToHashSet();
        var found = (await seed.ListAsync<CustomResourceDefinition>(ListOptions.All, cancellationToken)).Items
            .Where(definition => own.Contains(definition.Metadata.Name))
            .ToArray();
        foreach (var definition in found.Where(definition => !definition.Metadata.IsDeleting()))
        {
            await seed.DeleteAsync<CustomResourceDefinition>(definition.Key, null, cancellationToken);
        }

        return [.. found.Select(definition => definition.Metadata.Name!)];
    }

    /// <summary>Names of kinds that the seed does not serve.</summary>
    public static async Task<IReadOnlyList<string>> FindMissingAsync(IKubernetesClient seed, CancellationToken cancellationToken)
    {
        var found = await seed.ListAsync<CustomResourceDefinition>(ListOptions.All, cancellationToken);
        var served = found.Items.Where(WorkloadHealth.IsEstablished).Select(crd => crd.Metadata.Name).ToHashSet();
        return [.. new SeedCrds().Render().Select(crd => crd.Metadata.Name!).Where(name => !served.Contains(name))];
    }
}
