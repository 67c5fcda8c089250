using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>Writes the status of the gardenlet's Seed.</summary>
internal sealed class SeedStatusWriter(GardenletSurroundings surroundings)
{
    // The garden's controllers write conditions of the Seed as well, now and then.
    private const int ConflictsMax = 5;

    /// <summary>Puts check results into the conditions; no request when nothing changes.</summary>
    /// <param name="seed">The Seed as it was seen last.</param>
    /// <param name="results">What the checks found.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="unneeded">Types of conditions that the Seed is not to have.</param>
    /// <returns>The conditions as they are then.</returns>
    /// <exception cref="ApiException">The Seed is gone, or changed too often.</exception>
    public async Task<IReadOnlyList<GardenerCondition>> SetConditionsAsync(
        Seed seed, IReadOnlyList<HealthCheckResult> results, CancellationToken cancellationToken, params IReadOnlyList<string> unneeded)
    {
        for (var tries = 1; ; tries++)
        {
            var before = seed.Status?.Conditions ?? [];
            var after = ConditionThresholds.Apply(
                before, results, surroundings.Settings.SeedGraceTimes, surroundings.Clock.GetUtcNow());
            if (after.Any(condition => unneeded.Contains(condition.Type)))
            {
                after = [.. after.Where(condition => !unneeded.Contains(condition.Type))];
            }

            if (ReferenceEquals(before, after))
            {
                return after;
            }

            // The list is replaced as a whole and has several writers, so the version guards it.
            var body = StatusPatches.Of("conditions", StatusPatches.List(after));
            body["metadata"] = new JsonObject { ["resourceVersion"] = seed.Metadata.ResourceVersion };
            try
            {
                await surroundings.GardenClient.PatchAsync<Seed>(
                    seed.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
                return after;
            }
            catch (ApiException e) when (e.IsConflict && tries < ConflictsMax)
            {
                // Waiting for the next look would hold up everybody who waits for the Seed.
                seed = await surroundings.GardenClient.GetAsync<Seed>(seed.Key, cancellationToken);
            }
        }
    }

    /// <summary>Merges fields into the status.</summary>
    public Task<Seed> PatchAsync(Seed seed, SeedStatus fields, CancellationToken cancellationToken) =>
        surroundings.GardenClient.PatchAsync<Seed>(
            seed.Key,
            Patch.Merge(new JsonObject { ["status"] = KubernetesJson.ToNode(fields) }) with { Subresource = "status" },
            cancellationToken);
}
