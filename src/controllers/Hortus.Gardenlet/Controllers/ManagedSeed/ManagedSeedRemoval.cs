using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;

namespace Hortus.Gardenlet;

/// <summary>Takes a managed seed away: its Seed, which its own gardenlet empties; then the gardenlet; then the namespace that both
/// used.</summary>
internal sealed class ManagedSeedRemoval(GardenletSurroundings surroundings)
{
    private static readonly ObjectKey GardenNamespace = ObjectKey.Cluster(GardenerNames.GardenNamespace);

    private readonly GardenletAccess access = new(surroundings);

    /// <summary>Takes the next step.</summary>
    /// <param name="managed">The ManagedSeed.</param>
    /// <param name="shoot">Its shoot.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>What is waited for; null when nothing is left.</returns>
    /// <exception cref="ApiException">The garden keeps the Seed, and says why; or a server does not answer.</exception>
    /// <exception cref="GardenletInstallException">A part of the gardenlet cannot be deleted.</exception>
    public async Task<string?> StepAsync(ManagedSeed managed, IKubernetesClient shoot, CancellationToken cancellationToken)
    {
        var garden = surroundings.GardenClient;
        var name = ObjectKey.Cluster(managed.Metadata.Name!);
        if (await garden.FindAsync<Seed>(name, cancellationToken) is { } seed)
        {
            if (!seed.Metadata.IsDeleting())
            {
                await garden.DeleteAsync<Seed>(name, new DeleteOptions { PreconditionUid = seed.Metadata.Uid }, cancellationToken);
            }

            return $"Waiting for seed \"{name}\" to be deleted";
        }

        await access.RevokeAsync(managed, cancellationToken);
        if (await IsOwnAsync(managed, shoot, cancellationToken))
        {
            await surroundings.Installer.UninstallAsync(shoot, cancellationToken);
            return "Waiting for gardenlet to be deleted from target cluster";
        }

        if (await shoot.FindAsync<Deployment>(GardenletNames.DeploymentKey, cancellationToken) is not null)
        {
            return "Waiting for gardenlet to be deleted from target cluster";
        }

        if (await shoot.FindAsync<Namespace>(GardenNamespace, cancellationToken) is not { } space)
        {
            return null;
        }

        if (!space.Metadata.IsDeleting())
        {
            await shoot.DeleteAsync<Namespace>(GardenNamespace, null, cancellationToken);
        }

        return $"Waiting for {GardenerNames.GardenNamespace} namespace to be deleted from target cluster";
    }

    // A shoot that got the gardenlet of another seed keeps it.
    private static async Task<bool> IsOwnAsync(ManagedSeed managed, IKubernetesClient shoot, CancellationToken cancellationToken) =>
        (await GardenletInventory.ReadAsync(shoot, cancellationToken)).Objects.Count > 0
        && (await GardenletPlace.FindInstalledAsync(shoot, cancellationToken))?.Seed is var seed
        && (string.IsNullOrEmpty(seed) || seed == managed.Metadata.Name);
}
