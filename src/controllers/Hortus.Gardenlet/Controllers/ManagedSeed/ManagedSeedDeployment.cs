using Hortus.Client;
using Hortus.Components;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.GardenletConfig;
using Hortus.Objects.Gardener.SeedManagement;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet;

/// <summary>How far a deployment came.</summary>
/// <param name="IsDone">Whether all replicas are of the release, and no credentials for the start are in the world any more.</param>
/// <param name="Said">Why the gardenlet does not get into the garden, as it says itself; null when it says nothing.</param>
internal readonly record struct ManagedSeedProgress(bool IsDone, string? Said);

/// <summary>Brings the gardenlet of a managed seed to its shoot, and keeps it as the ManagedSeed says. Everything may be done
/// twice.</summary>
internal sealed class ManagedSeedDeployment(GardenletSurroundings surroundings)
{
    private static readonly ObjectKey Info = new(GardenerNames.PublicNamespace, GardenerNames.InfoConfigMap);
    private static readonly FieldPath ConfigPath = FieldPath.Root["spec"]["gardenlet"]["config"];

    private readonly GardenletAccess access = new(surroundings);

    /// <summary>Deploys; returns when the shoot's API server has everything.</summary>
    /// <exception cref="ManagedSeedException">It cannot be done as things are.</exception>
    /// <exception cref="GardenletInstallException">The chart is not usable, or an object was refused.</exception>
    public async Task<ManagedSeedProgress> RunAsync(
        ManagedSeed managed, Seed? seed, IKubernetesClient shoot, CancellationToken cancellationToken)
    {
        var gardenlet = ManagedGardenlet.Of(managed, surroundings.Parent, surroundings.Images.Hortus);
        var configuration = ManagedGardenlet.Read(gardenlet);
        await CheckInstalledAsync(managed, shoot, cancellationToken);
        var place = new GardenletPlace(shoot, configuration);
        var expired = seed?.Status?.ClientCertificateExpirationTimestamp < surroundings.Clock.GetUtcNow();
        var bootstrap = expired || !await place.HasKubeconfigAsync(cancellationToken)
            ? await access.BootstrapAsync(managed, configuration, cancellationToken)
            : null;
        var release = await PrepareAsync(gardenlet, configuration, bootstrap, shoot, cancellationToken);

        await place.EnsureNamespaceAsync(cancellationToken);
        if (expired && bootstrap is not null)
        {
            await place.ForgetKubeconfigAsync(cancellationToken);
        }
        else if (managed.Metadata.Annotation(GardenerAnnotations.Operation) == GardenerOperations.RenewKubeconfig && bootstrap is null)
        {
            await place.AskToRenewAsync(cancellationToken);
        }

        var said = await place.FaultAsync(cancellationToken);
        await surroundings.Installer.ApplyAsync(release, shoot, cancellationToken);
        if (bootstrap is null)
        {
            await access.RevokeAsync(managed, cancellationToken);
        }

        return new ManagedSeedProgress(await FinishAsync(release, shoot, cancellationToken) && bootstrap is null, said);
    }

    private static async Task CheckInstalledAsync(ManagedSeed managed, IKubernetesClient shoot, CancellationToken cancellationToken)
    {
        if (await GardenletPlace.FindInstalledAsync(shoot, cancellationToken) is { Seed: { Length: > 0 } seed } installed
            && seed != managed.Metadata.Name)
        {
            throw new ManagedSeedException(
                $"the shoot has a gardenlet already, which is of seed \"{seed}\" (ConfigMap {installed.Configuration}): a cluster is one "
                + "seed; remove that gardenlet, or this ManagedSeed");
        }
    }

    private async Task<GardenletRelease> PrepareAsync(
        GardenletObject gardenlet,
        GardenletConfiguration configuration,
        string? bootstrap,
        IKubernetesClient shoot,
        CancellationToken cancellationToken)
    {
        var garden = surroundings.GardenClient;
        try
        {
            var values = GardenletValues.Of(gardenlet, new GardenletValueOptions
            {
                BootstrapKubeconfig = bootstrap,
                GardenKubeconfig = configuration.GardenClientConnection?.Kubeconfig is { Length: > 0 } file
                    ? await File.ReadAllTextAsync(file, cancellationToken)
                    : null,
                BackupChecksum = await SeedBackupSecret.ChecksumAsync(gardenlet, ConfigPath, garden, cancellationToken),
                ReadFile = File.ReadAllText,
            });
            return await surroundings.Installer.PrepareAsync(
                new GardenletReleaseRequest
                {
                    Values = values,
                    Garden = garden,
                    KubernetesVersion = await ClusterVersion.ReadAsync(shoot, cancellationToken) ?? "",
                    GardenVersion = GardenerInfo.VersionOf((await garden.FindAsync<ConfigMap>(Info, cancellationToken))?.Data),
                },
                cancellationToken);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ManagedSeedException($"{ConfigPath}: {e.Message}", e);
        }
    }

    // Until all replicas are new, the old ones need what the release has no more.
    private async Task<bool> FinishAsync(GardenletRelease release, IKubernetesClient shoot, CancellationToken cancellationToken)
    {
        var live = await shoot.FindAsync<Deployment>(GardenletNames.DeploymentKey, cancellationToken);
        if (live?.Metadata.Annotation(GardenletNames.ReleaseAnnotation) != release.Identity || !WorkloadHealth.IsRolledOut(live))
        {
            return false;
        }

        await surroundings.Installer.PruneAsync(release, shoot, cancellationToken);
        return true;
    }
}
