using Hortus.Client;
using Hortus.Components.Gardenlets;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;
using GardenletObject = Hortus.Objects.Gardener.SeedManagement.Gardenlet;

namespace Hortus.Gardenlet;

/// <summary>Prepares the release that a Gardenlet asks for, in the gardenlet that is to be replaced by it.</summary>
internal sealed class OwnRelease(GardenletSurroundings surroundings)
{
    private static readonly ObjectKey Info = new(GardenerNames.PublicNamespace, GardenerNames.InfoConfigMap);

    /// <summary>Brings, renders and checks the chart. Nothing is applied.</summary>
    /// <exception cref="GardenletInstallException">It is not to be had, or not to be applied.</exception>
    public async Task<GardenletRelease> PrepareAsync(GardenletObject gardenlet, CancellationToken cancellationToken)
    {
        var garden = surroundings.GardenClient;
        try
        {
            var values = GardenletValues.Of(gardenlet, new GardenletValueOptions
            {
                BackupChecksum = await SeedBackupSecret.ChecksumAsync(
                    gardenlet, FieldPath.Root["spec"]["config"], garden, cancellationToken),
                ReadFile = File.ReadAllText,
            });
            return await surroundings.Installer.PrepareAsync(
                new GardenletReleaseRequest
                {
                    Repository = gardenlet.Spec.Deployment.Helm.OciRepository,
                    Values = values,
                    Garden = garden,
                    KubernetesVersion = await ClusterVersion.ReadAsync(surroundings.SeedClient, cancellationToken) ?? "",
                    GardenVersion = GardenerInfo.VersionOf((await garden.FindAsync<ConfigMap>(Info, cancellationToken))?.Data),
                },
                cancellationToken);
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new GardenletInstallException(GardenletInstallStep.Render, $"spec.config: {e.Message}", e);
        }
        catch (ApiException e)
        {
            throw new GardenletInstallException(GardenletInstallStep.Check, e.Message, e);
        }
    }
}
