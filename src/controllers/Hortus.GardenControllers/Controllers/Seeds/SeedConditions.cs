using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.GardenControllers;

/// <summary>Changes conditions of a Seed without touching those that others wrote.</summary>
internal static class SeedConditions
{
    /// <summary>Writes the conditions of the given types that differ; times move only with what they are about.</summary>
    /// <exception cref="ApiException">The Seed has changed meanwhile (Conflict).</exception>
    public static async Task WriteAsync(
        IKubernetesClient client, Seed seed, IEnumerable<GardenerCondition> wanted, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var current = seed.Status?.Conditions ?? [];
        var next = wanted.Select(condition => (Old: current.FirstOrDefault(c => c.Type == condition.Type), New: condition))
            .Where(pair => pair.Old is not { } old
                || (old.Status, old.Reason, old.Message) != (pair.New.Status, pair.New.Reason, pair.New.Message))
            .Select(pair => pair.New with
            {
                LastUpdateTime = now,
                LastTransitionTime = pair.Old?.Status == pair.New.Status ? pair.Old.LastTransitionTime : now,
            })
            .ToArray();
        if (next.Length == 0)
        {
            return;
        }

        var conditions = current.Where(condition => next.All(changed => changed.Type != condition.Type)).Concat(next);

        // The list is replaced as a whole: the version guards what gardenlet and others write.
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = seed.Metadata.ResourceVersion },
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray([.. conditions.Select(condition => (JsonNode)KubernetesJson.ToNode(condition))]),
            },
        };
        await client.PatchAsync<Seed>(seed.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
    }
}
