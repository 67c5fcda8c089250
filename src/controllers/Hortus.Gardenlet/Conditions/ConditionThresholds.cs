using Hortus.Objects.Gardener;
using Hortus.Objects.Gardener.Core;

namespace Hortus.Gardenlet;

/// <summary>
/// Turns check results into conditions. A failing check has a grace time: a True condition becomes Progressing first, and
/// False only when that lasted longer than the threshold. Times change only when something else does.
/// </summary>
internal static class ConditionThresholds
{
    /// <summary>The condition after a check.</summary>
    /// <param name="old">The condition so far; null when there is none.</param>
    /// <param name="result">What the check found.</param>
    /// <param name="threshold">Grace time; null means none.</param>
    /// <param name="now">Time of the check.</param>
    public static GardenerCondition Next(GardenerCondition? old, HealthCheckResult result, TimeSpan? threshold, DateTimeOffset now)
    {
        var status = StatusAfter(old, result, threshold, now);
        if (old is not null && old.Status == status && old.Reason == result.Reason && old.Message == result.Message)
        {
            return old;
        }

        // The grace time counts from when the check began to fail, whatever it says meanwhile.
        var stays = old?.Status == status;
        return new GardenerCondition
        {
            Type = result.Type,
            Status = status,
            Reason = result.Reason,
            Message = result.Message,
            LastTransitionTime = stays ? old!.LastTransitionTime : now,
            LastUpdateTime = stays && status == ConditionStatus.Progressing ? old!.LastUpdateTime : now,
        };
    }

    /// <summary>The list with all results applied; the same instance when nothing changed.</summary>
    public static IReadOnlyList<GardenerCondition> Apply(
        IReadOnlyList<GardenerCondition>? conditions, IReadOnlyList<HealthCheckResult> results, TimeSpan? threshold, DateTimeOffset now)
    {
        var before = conditions ?? [];
        var after = before.ToList();
        foreach (var result in results)
        {
            var at = after.FindIndex(c => c.Type == result.Type);
            var next = Next(at < 0 ? null : after[at], result, threshold, now);
            if (at < 0)
            {
                after.Add(next);
            }
            else
            {
                after[at] = next;
            }
        }

        return after.Count == before.Count && after.Zip(before).All(pair => ReferenceEquals(pair.First, pair.Second)) ? before : after;
    }

    private static string StatusAfter(GardenerCondition? old, HealthCheckResult result, TimeSpan? threshold, DateTimeOffset now) =>
        (result.IsHealthy, old?.Status) switch
        {
            (true, _) => ConditionStatus.True,
            (null, _) => ConditionStatus.Unknown,
            (false, ConditionStatus.True) when threshold is not null => ConditionStatus.Progressing,
            (false, ConditionStatus.Progressing) when now - old!.LastUpdateTime <= threshold => ConditionStatus.Progressing,
            _ => ConditionStatus.False,
        };
}
