using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>Writes conditions of ControllerInstallations. Several controllers do so for the same object, each for its own
/// types.</summary>
internal sealed class InstallationStatusWriter(GardenletSurroundings surroundings)
{
    private const int ConflictsMax = 5;

    /// <summary>Puts results into the conditions; no request when nothing changes.</summary>
    public async Task SetAsync(
        ControllerInstallation installation, IReadOnlyList<HealthCheckResult> results, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            var before = installation.Status?.Conditions ?? [];
            var after = ConditionThresholds.Apply(before, results, GraceTimes.None, surroundings.Clock.GetUtcNow());
            if (ReferenceEquals(before, after))
            {
                return;
            }

            // The list is replaced as a whole, so the version guards against losing what another controller has found.
            var body = StatusPatches.Of("conditions", StatusPatches.List(after));
            body["metadata"] = new JsonObject { ["resourceVersion"] = installation.Metadata.ResourceVersion };
            try
            {
                await surroundings.GardenClient.PatchAsync<ControllerInstallation>(
                    installation.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
                return;
            }
            catch (ApiException e) when (e.IsConflict && tries < ConflictsMax)
            {
                if (await surroundings.GardenClient.FindAsync<ControllerInstallation>(installation.Key, cancellationToken)
                    is not { } latest || latest.Metadata.Uid != installation.Metadata.Uid)
                {
                    return;
                }

                installation = latest;
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                return;
            }
        }
    }
}
