using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Runtime;

/// <summary>Changes some of an object's conditions without touching those that others write.</summary>
public static class ConditionWriter
{
    // Others write their conditions now and then; more conflicts in a row than this are a fault.
    private const int TriesMax = 5;

    /// <summary>
    /// Writes the conditions of the given types that differ from what is there; no request when none does. Times move only with
    /// what they are about. The whole list is replaced under an optimistic lock; after a conflict the object is read again.
    /// </summary>
    /// <param name="client">The object's cluster.</param>
    /// <param name="value">The object, read from the server: a cache may be from before the writer's own last words, and taking them back
    /// would be taken for no change.</param>
    /// <param name="conditionsOf">Its conditions.</param>
    /// <param name="wanted">The writer's own conditions; times in them are ignored.</param>
    /// <param name="now">The time for what changes.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The object as it is now.</returns>
    /// <exception cref="ApiException">The object is gone, or changed too often.</exception>
    public static async Task<T> WriteConditionsAsync<T>(
        this IKubernetesClient client,
        T value,
        Func<T, IReadOnlyList<GardenerCondition>?> conditionsOf,
        IReadOnlyList<GardenerCondition> wanted,
        DateTimeOffset now,
        CancellationToken cancellationToken) where T : KubernetesObject
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(value);
        ArgumentNullException.ThrowIfNull(conditionsOf);
        ArgumentNullException.ThrowIfNull(wanted);
        for (var tries = 1; ; tries++)
        {
            if (Merge(conditionsOf(value), wanted, now) is not { } next)
            {
                return value;
            }

            try
            {
                var body = new JsonObject
                {
                    ["metadata"] = new JsonObject
                    {
                        ["resourceVersion"] = value.Metadata.ResourceVersion,
                        ["uid"] = value.Metadata.Uid,
                    },
                    ["status"] = new JsonObject
                    {
                        ["conditions"] = new JsonArray([.. next.Select(condition => (JsonNode)KubernetesJson.ToNode(condition))]),
                    },
                };
                return await client.PatchAsync<T>(value.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
            }
            catch (ApiException e) when (e.IsConflict && tries < TriesMax)
            {
                var uid = value.Metadata.Uid;
                value = await client.GetAsync<T>(value.Key, cancellationToken);
                if (value.Metadata.Uid != uid)
                {
                    // Another object of the same name is none of the writer's business.
                    throw;
                }
            }
        }
    }

    /// <summary>The conditions with the wanted ones in place of those of their types, or at the end; null when nothing
    /// differs.</summary>
    public static IReadOnlyList<GardenerCondition>? Merge(
        IReadOnlyList<GardenerCondition>? current, IReadOnlyList<GardenerCondition> wanted, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        List<GardenerCondition>? next = null;
        foreach (var condition in wanted)
        {
            var at = IndexOf(current, condition.Type);
            if (at >= 0 && SaysTheSame(current![at], condition))
            {
                continue;
            }

            next ??= [.. current ?? []];
            var since = at >= 0 && current![at].Status == condition.Status ? current[at].LastTransitionTime : now;
            var written = condition with { LastUpdateTime = now, LastTransitionTime = since };
            if (at >= 0)
            {
                next[at] = written;
            }
            else
            {
                next.Add(written);
            }
        }

        return next;
    }

    private static int IndexOf(IReadOnlyList<GardenerCondition>? conditions, string type)
    {
        for (var i = 0; i < (conditions?.Count ?? 0); i++)
        {
            if (conditions![i].Type == type)
            {
                return i;
            }
        }

        return -1;
    }

    private static bool SaysTheSame(GardenerCondition old, GardenerCondition condition) =>
        (old.Status, old.Reason, old.Message) == (condition.Status, condition.Reason, condition.Message)
        && (old.Codes ?? []).SequenceEqual(condition.Codes ?? []);
}
