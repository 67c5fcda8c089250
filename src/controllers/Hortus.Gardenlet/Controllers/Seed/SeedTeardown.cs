using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;

namespace Hortus.Gardenlet;

/// <summary>The steps that take away what made a cluster a seed: users first, then extensions, and last what applies and what describes
/// everything else. Nothing begins while something uses the seed.</summary>
internal sealed class SeedTeardown(GardenletSurroundings surroundings)
{
    private const int NamedMax = 5;

    private readonly ComponentDeployer deployer =
        ComponentDeployer.ForSeed(surroundings.SeedClient, GardenletIdentity.FieldManager, surroundings.Clock);

    private readonly SeedExtensions extensions = new(surroundings);
    private readonly SeedBucket bucket = new(surroundings);

    /// <summary>The steps for a Seed, in order. Where the seed is the runtime cluster of a garden, kinds and resource manager are the
    /// operator's and stay.</summary>
    public async Task<IReadOnlyList<SeedStep>> StepsAsync(Seed seed, CancellationToken cancellationToken)
    {
        var isGarden = await SeedResourceManager.IsGardenAsync(surroundings.SeedClient, cancellationToken);
        return
        [
            new SeedStep("Checking that nothing uses the seed", token => UsersAsync(seed, token)),
            new SeedStep("Destroying backup bucket", async token => Join(await bucket.RemoveAsync(seed, token))),
            new SeedStep("Destroying extension resources", async token =>
                await extensions.RemoveAsync(token) ? null : $"objects of kind Extension in namespace {GardenerNames.GardenNamespace}"),
            new SeedStep("Waiting until extensions have left the seed", InstallationsAsync),
            new SeedStep("Destroying referenced resources", token => DestroyAsync(new SeedReferences(surroundings).Key, token)),
            new SeedStep("Destroying system resources", token => DestroyAsync(
                new ObjectKey(GardenerNames.GardenNamespace, SeedSystemResources.ComponentName), token)),
            .. isGarden ? [] : OfOwnCluster(),
        ];
    }

    private IEnumerable<SeedStep> OfOwnCluster() =>
    [
        new SeedStep("Waiting until all ManagedResources are gone", ManagedResourcesAsync),
        new SeedStep("Destroying gardener-resource-manager", async token =>
            await SeedResourceManager.RemoveAsync(surroundings, token) ? null : $"Deployment {SeedResourceManager.Key} to go"),
        new SeedStep("Destroying custom resource definitions", async token => Join(
            [.. (await SeedCrds.RemoveAsync(surroundings.SeedClient, token)).Select(name => $"CustomResourceDefinition {name}")])),
    ];

    private static string? Join(IReadOnlyCollection<string> items) => items.Count switch
    {
        0 => null,
        <= NamedMax => string.Join(", ", items),
        _ => $"{string.Join(", ", items.Take(NamedMax))} and {items.Count - NamedMax} more",
    };

    private async Task<string?> UsersAsync(Seed seed, CancellationToken cancellationToken)
    {
        var shoots = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var field in new[] { "spec.seedName", "status.seedName" })
        {
            var found = await surroundings.GardenClient.ListAsync<Shoot>(
                new ListOptions { FieldSelector = $"{field}={surroundings.SeedName}" }, cancellationToken);
            shoots.UnionWith(found.Items.Select(shoot => $"Shoot {shoot.Key}"));
        }

        if (Join(shoots) is not { } users)
        {
            return null;
        }

        surroundings.Garden.Events.Warning(seed, "ResourceReferenced", $"the seed cannot be taken down while it is used by {users}");
        return $"{users}: delete {(shoots.Count == 1 ? "it" : "them")} first";
    }

    // The garden's controllers delete them when nothing on the seed needs them any more.
    private async Task<string?> InstallationsAsync(CancellationToken cancellationToken)
    {
        var found = await surroundings.GardenClient.ListAsync<ControllerInstallation>(
            new ListOptions { FieldSelector = surroundings.Scopes.Installations.FieldSelector }, cancellationToken);
        return Join(
            [.. found.Items.Select(installation => $"ControllerInstallation {installation.Metadata.Name} ({WhyThere(installation)})")]);
    }

    private static string WhyThere(ControllerInstallation installation)
    {
        var type = installation.Metadata.IsDeleting()
            ? GardenerConditions.ControllerInstallationInstalled
            : GardenerConditions.ControllerInstallationRequired;
        return installation.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type)?.Message
            ?? (installation.Metadata.IsDeleting() ? "is being deleted" : "is not deleted yet");
    }

    private async Task<string?> DestroyAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        await deployer.DestroyAsync(key, cancellationToken);
        return await surroundings.SeedClient.FindAsync<ManagedResource>(key, cancellationToken) is { } resource
            ? $"ManagedResource {key}: {ManagedResourceHealth.WhyStillThere(resource)}"
            : null;
    }

    private async Task<string?> ManagedResourcesAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = await surroundings.SeedClient.ListAsync<ManagedResource>(ListOptions.All, cancellationToken);
            return Join(
            [
                .. found.Items.Where(resource => resource.Spec.Class == ManagedResourceSettings.SeedClass)
                    .Select(resource => $"ManagedResource {resource.Key}"),
            ]);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            // Without the kind, which goes last, there are none.
            return null;
        }
    }
}
