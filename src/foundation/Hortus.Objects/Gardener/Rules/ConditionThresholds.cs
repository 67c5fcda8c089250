using Hortus.Objects.Gardener.Core;

namespace Hortus.Objects.Gardener.Rules;

/// <summary>
/// Turns check results into conditions. A failing check has a grace time: a True condition becomes Progressing first, and
/// False only when that lasted longer than the threshold. Times change only when something else does.
/// </summary>
public static class ConditionThresholds
{
    // Times in objects have whole seconds.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    /// <summary>The condition after a check.</summary>
    /// <param name="old">The condition so far; null when there is none.</param>
    /// <param name="result">What the check found.</param>
    /// <param name="threshold">Grace time; null means none.</param>
    /// <param name="now">Time of the check.</param>
    public static GardenerCondition Next(GardenerCondition? old, HealthCheckResult result, TimeSpan? threshold, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(result);
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
    /// <param name="conditions">The conditions so far; those of other types stay.</param>
    /// <param name="results">What the checks found.</param>
    /// <param name="thresholds">Grace times.</param>
    /// <param name="now">Time of the checks.</param>
    public static IReadOnlyList<GardenerCondition> Apply(
        IReadOnlyList<GardenerCondition>? conditions,
        IReadOnlyList<HealthCheckResult> results,
        GraceTimes thresholds,
        DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(results);
        ArgumentNullException.ThrowIfNull(thresholds);
        var before = conditions ?? [];
        var after = before.ToList();
        foreach (var result in results)
        {
            var at = after.FindIndex(c => c.Type == result.Type);
            var next = Next(at < 0 ? null : after[at], result, thresholds.Of(result.Type), now);
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

    /// <summary>After what time a grace time ends, so that a look then is due; null when none runs.</summary>
    /// <param name="conditions">The conditions as they were written.</param>
    /// <param name="types">Types of the conditions of the one who asks.</param>
    /// <param name="thresholds">Grace times.</param>
    /// <param name="now">The present time.</param>
    public static TimeSpan? UntilNextLook(
        IReadOnlyList<GardenerCondition>? conditions, IReadOnlyCollection<string> types, GraceTimes thresholds, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(types);
        ArgumentNullException.ThrowIfNull(thresholds);
        var ends = (conditions ?? [])
            .Where(condition => condition.Status == ConditionStatus.Progressing && types.Contains(condition.Type))
            .Select(condition => (condition.LastUpdateTime ?? now) + (thresholds.Of(condition.Type) ?? TimeSpan.Zero) + Margin)
            .ToArray();
        return ends.Length == 0 ? null : ends.Min() is var end && end > now ? end - now : TimeSpan.Zero;
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
