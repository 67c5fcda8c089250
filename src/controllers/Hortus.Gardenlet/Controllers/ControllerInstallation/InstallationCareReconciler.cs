using Hortus.Client;
using Hortus.Components;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Resources;
using Hortus.Runtime;
using Reasons = Hortus.Objects.Gardener.ControllerInstallationReasons;

namespace Hortus.Gardenlet;

/// <summary>Keeps the conditions Installed, Healthy and Progressing of ControllerInstallations true to their
/// ManagedResources.</summary>
internal sealed class InstallationCareReconciler(GardenletSurroundings surroundings, InstallationStatusWriter status) : IReconciler
{
    private static readonly TimeSpan UntilWritten = TimeSpan.FromSeconds(1);

    /// <summary>Registers the controller.</summary>
    public void AddTo(IControllerManager garden) => garden.AddController("controllerinstallation-care", this, controller => controller
        .For<ControllerInstallation>(
            (old, installation) =>
                installation?.Spec.SeedRef?.Name == surroundings.SeedName && (old is null || IsHandled(old) != IsHandled(installation)),
            surroundings.Scopes.Installations)
        .WatchesOn<ManagedResource>(surroundings.Seed, InstallationTriggers.InstallationsOf, (old, resource) => Said(old) != Said(resource))
        .WithConcurrency(surroundings.Settings.ConcurrentControllerInstallations));

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var installation = await surroundings.GardenClient.FindAsync<ControllerInstallation>(key, cancellationToken);
        if (installation?.Spec.SeedRef?.Name != surroundings.SeedName || !IsHandled(installation))
        {
            return ReconcileResult.Done;
        }

        ManagedResource? resource;
        try
        {
            resource = await surroundings.SeedClient.FindAsync<ManagedResource>(
                InstallationNames.ManagedResourceOf(installation), cancellationToken);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException)
        {
            await status.SetAsync(installation, [.. Unknown(e.Message)], cancellationToken);
            return ReconcileResult.After(surroundings.Settings.ControllerInstallationCarePeriod);
        }

        if (resource is null)
        {
            return ReconcileResult.After(UntilWritten);
        }

        await status.SetAsync(installation, Results(resource), cancellationToken);
        return ReconcileResult.After(surroundings.Settings.ControllerInstallationCarePeriod);
    }

    /// <summary>What a ManagedResource says about the installation that it belongs to.</summary>
    internal static IReadOnlyList<HealthCheckResult> Results(ManagedResource resource)
    {
        var (notApplied, notHealthy, notRolledOut) = (
            ManagedResourceHealth.NotApplied(resource), ManagedResourceHealth.NotHealthy(resource),
            ManagedResourceHealth.NotRolledOut(resource));
        return
        [
            notApplied is null
                ? new(GardenerConditions.ControllerInstallationInstalled, true, Reasons.InstallationSuccessful,
                    "The controller was successfully installed in the seed cluster.")
                : new(GardenerConditions.ControllerInstallationInstalled, false, Reasons.InstallationPending, notApplied),
            notHealthy is null
                ? new(GardenerConditions.ControllerInstallationHealthy, true, Reasons.ControllerHealthy,
                    "The controller running in the seed cluster is healthy.")
                : new(GardenerConditions.ControllerInstallationHealthy, false, Reasons.ControllerNotHealthy, notHealthy),
            notRolledOut is null
                ? new(GardenerConditions.ControllerInstallationProgressing, false, Reasons.ControllerRolledOut,
                    "The controller has been rolled out successfully.")
                : new(GardenerConditions.ControllerInstallationProgressing, true, Reasons.ControllerNotRolledOut, notRolledOut),
        ];
    }

    // One that is being deleted is told about by its deletion, one without finalizer is nothing of ours.
    private static bool IsHandled(ControllerInstallation installation) =>
        !installation.Metadata.IsDeleting() && installation.Metadata.HasFinalizer(GardenerFinalizers.ControllerInstallation);

    private static IEnumerable<HealthCheckResult> Unknown(string why) =>
        from type in new[]
        {
            GardenerConditions.ControllerInstallationInstalled, GardenerConditions.ControllerInstallationHealthy,
            GardenerConditions.ControllerInstallationProgressing,
        }
        select new HealthCheckResult(type, null, Reasons.SeedReadError, $"The ManagedResource cannot be read: {why}");

    private static string? Said(ManagedResource? resource) => resource is null
        ? "gone"
        : string.Join('\n', Results(resource).Select(result => result.ToString()));
}
