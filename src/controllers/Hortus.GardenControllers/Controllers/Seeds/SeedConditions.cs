using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Gardener.Rules;

namespace Hortus.GardenControllers;

/// <summary>Changes conditions of a Seed without touching those that others wrote.</summary>
internal static class SeedConditions
{
    /// <summary>Writes what checks found; a failing check has a grace time of a minute. Times move only with what they are about.</summary>
    /// <returns>The conditions as they are then.</returns>
    /// <exception cref="ApiException">The Seed has changed meanwhile (Conflict).</exception>
    public static async Task<IReadOnlyList<GardenerCondition>> WriteAsync(
        IKubernetesClient client,
        Seed seed,
        IReadOnlyList<HealthCheckResult> results,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        var before = seed.Status?.Conditions ?? [];
        var after = ConditionThresholds.Apply(before, results, GraceTimes.Default, now);
        if (ReferenceEquals(before, after))
        {
            return after;
        }

        // The list is replaced as a whole: the version guards what gardenlet and others write.
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = seed.Metadata.ResourceVersion },
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray([.. after.Select(condition => (JsonNode)KubernetesJson.ToNode(condition))]),
            },
        };
        await client.PatchAsync<Seed>(seed.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
        return after;
    }
}
