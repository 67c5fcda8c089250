using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>The steps that make a cluster a seed.</summary>
internal sealed class SeedSetup(GardenletSurroundings surroundings, SeedCareReconciler care)
{
    private static readonly TimeSpan ControllersMax = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ExtensionsMax = TimeSpan.FromMinutes(3);

    private readonly ComponentDeployer deployer =
        ComponentDeployer.ForSeed(surroundings.SeedClient, GardenletIdentity.FieldManager, surroundings.Clock);

    private readonly SeedReferences references = new(surroundings);
    private readonly SeedExtensions extensions = new(surroundings);
    private readonly SeedBucket bucket = new(surroundings);
    private readonly RequiredInstallations required = new(surroundings);

    /// <summary>The steps for a Seed, in order.</summary>
    public IReadOnlyList<SeedStep> StepsFor(Seed seed) =>
    [
        SeedStep.Of("Deploying custom resource definitions", DeployKindsAsync),
        SeedStep.Of("Deploying gardener-resource-manager", token => SeedResourceManager.EnsureAsync(surroundings, token)),
        SeedStep.Of("Deploying system resources", async token =>
        {
            await deployer.DeployAsync(new SeedSystemResources(), token);
            await care.UpdateAsync(seed, token);
        }),
        SeedStep.Of("Deploying referenced resources", token => DeployReferencesAsync(seed, token)),
        SeedStep.Of("Deploying backup bucket", token => bucket.DeployAsync(seed, token)),
        new SeedStep("Waiting until required extensions are ready", token => required.WaitsForAsync(seed, token))
        {
            WaitMax = ControllersMax,
        },
        new SeedStep("Deploying extension resources", token => DeployExtensionsAsync(seed, token)) { WaitMax = ExtensionsMax },
    ];

    private async Task DeployKindsAsync(CancellationToken cancellationToken)
    {
        if ((await SeedCrds.FindMissingAsync(surroundings.SeedClient, cancellationToken)).Count > 0)
        {
            await SeedCrds.InstallAsync(surroundings.SeedClient, cancellationToken);
        }
    }

    private async Task DeployReferencesAsync(Seed seed, CancellationToken cancellationToken)
    {
        if (await references.ReadAsync(seed, cancellationToken) is { } copies)
        {
            await deployer.DeployAsync(copies, cancellationToken);
        }
        else
        {
            await deployer.DestroyAsync(references.Key, cancellationToken);
        }
    }

    private async Task<string?> DeployExtensionsAsync(Seed seed, CancellationToken cancellationToken)
    {
        var offers = await ControllerOffers.ReadAsync(surroundings.GardenClient, cancellationToken);
        return await extensions.EnsureAsync(seed, offers, cancellationToken) is { Count: > 0 } waitsFor
            ? string.Join("; ", waitsFor)
            : null;
    }
}
