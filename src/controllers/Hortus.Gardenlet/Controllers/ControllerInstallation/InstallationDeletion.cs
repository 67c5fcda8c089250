using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet;

/// <summary>Takes an extension out of the seed: first what its chart brought, then its namespace, then its account in the
/// garden.</summary>
internal sealed class InstallationDeletion(GardenletSurroundings surroundings, InstallationStatusWriter status)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(5);

    private readonly ManagedResourceWriter writer = new(surroundings.SeedClient, GardenletIdentity.FieldManager);

    /// <summary>Does what can be done now; again until the finalizer is off.</summary>
    public async Task<ReconcileResult> RunAsync(ControllerInstallation installation, CancellationToken cancellationToken)
    {
        if (!installation.Metadata.HasFinalizer(GardenerFinalizers.ControllerInstallation))
        {
            return ReconcileResult.Done;
        }

        try
        {
            if (await RemoveAsync(installation, cancellationToken) is { } waitsFor)
            {
                await ShowAsync(installation, Reasons.DeletionPending, waitsFor, cancellationToken);
                return ReconcileResult.After(Again);
            }

            await ShowAsync(
                installation, Reasons.DeletionSuccessful, "Everything that was installed is gone from the seed.", cancellationToken);
            await surroundings.GardenClient.DeleteAsync<ServiceAccount>(
                InstallationNames.AccountOf(installation, surroundings.SeedName), null, cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            await ShowAsync(installation, Reasons.DeletionFailed, $"Deletion failed and is tried again: {e.Message}", cancellationToken);
            throw;
        }

        await surroundings.GardenClient.RemoveFinalizerAsync(
            installation, GardenerFinalizers.ControllerInstallation, cancellationToken);
        return ReconcileResult.Done;
    }

    // What is still there; null when nothing is.
    private async Task<string?> RemoveAsync(ControllerInstallation installation, CancellationToken cancellationToken)
    {
        var settings = InstallationManifests.SettingsOf(installation);
        await writer.DeleteAsync(settings, cancellationToken);
        if (await surroundings.SeedClient.FindAsync<ManagedResource>(settings.Key, cancellationToken) is { } resource)
        {
            return $"Waiting until ManagedResource {settings.Key} and its objects are gone from the seed: "
                + ManagedResourceHealth.WhyStillThere(resource);
        }

        var space = ObjectKey.Cluster(InstallationNames.NamespaceOf(installation));
        await surroundings.SeedClient.DeleteAsync<Namespace>(space, null, cancellationToken);
        return await surroundings.SeedClient.FindAsync<Namespace>(space, cancellationToken) is null
            ? null
            : $"Waiting until namespace {space.Name} is gone from the seed.";
    }

    private Task ShowAsync(ControllerInstallation installation, string reason, string message, CancellationToken cancellationToken) =>
        status.SetAsync(
            installation, [new(GardenerConditions.ControllerInstallationInstalled, false, reason, message)], cancellationToken);
}
