using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;

namespace Hortus.Local.Bootstrap;

/// <summary>Hands the extensions of a local garden to the operator.</summary>
public sealed class GardenExtensions(KubernetesClient runtime, StateDirectory state, TimeProvider time)
{
    private const string FieldManager = "hortus-up";

    /// <summary>Applies them.</summary>
    /// <param name="charts">References of the charts in the local registry, by repository.</param>
    /// <param name="shape">How much of them there is.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task ApplyAsync(IReadOnlyDictionary<string, string> charts, GardenShape shape, CancellationToken cancellationToken)
    {
        await RemoveFormerAsync(cancellationToken);
        await new CheckedManifests(runtime, time).ApplyAsync(
            ProviderLocalExtension.Example,
            document => ProviderLocalExtension.Complete(document, charts, state.BackupBuckets, shape),
            FieldManager,
            cancellationToken);
    }

    // Two controllers of the same class would work against each other.
    private async Task RemoveFormerAsync(CancellationToken cancellationToken)
    {
        var key = new ObjectKey(GardenerNames.GardenNamespace, ProviderLocalExtension.FormerName);
        var deployer = ComponentDeployer.ForSeed(runtime, FieldManager, time);
        await deployer.DestroyAsync(key, cancellationToken);
        await deployer.WaitCleanupAsync(key, cancellationToken);
    }
}
