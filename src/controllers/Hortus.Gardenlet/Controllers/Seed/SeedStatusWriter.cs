using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>Writes the status of the gardenlet's Seed.</summary>
internal sealed class SeedStatusWriter(GardenletSurroundings surroundings)
{
    /// <summary>Puts check results into the conditions; no request when nothing changes.</summary>
    /// <exception cref="ApiException">Conflict: the Seed is newer than <paramref name="seed"/>.</exception>
    public async Task SetConditionsAsync(Seed seed, IReadOnlyList<HealthCheckResult> results, CancellationToken cancellationToken)
    {
        var before = seed.Status?.Conditions ?? [];
        var after = ConditionThresholds.Apply(before, results, surroundings.Settings.ConditionThreshold, surroundings.Clock.GetUtcNow());
        if (!ReferenceEquals(before, after))
        {
            // The list is replaced as a whole and has several writers, so the version guards it.
            var body = StatusPatches.Of("conditions", StatusPatches.List(after));
            body["metadata"] = new JsonObject { ["resourceVersion"] = seed.Metadata.ResourceVersion };
            await surroundings.GardenClient.PatchAsync<Seed>(
                seed.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
        }
    }

    /// <summary>Merges fields into the status.</summary>
    public Task<Seed> PatchAsync(Seed seed, SeedStatus fields, CancellationToken cancellationToken) =>
        surroundings.GardenClient.PatchAsync<Seed>(
            seed.Key,
            Patch.Merge(new JsonObject { ["status"] = KubernetesJson.ToNode(fields) }) with { Subresource = "status" },
            cancellationToken);
}
