using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Disruption;

/// <summary>The arithmetic of disruption budgets, without I/O.</summary>
internal static class DisruptionPlan
{
    /// <summary>The status that follows from the selected pods.</summary>
    /// <param name="budget">The budget.</param>
    /// <param name="pods">Its active pods.</param>
    /// <param name="expected">How many there should be.</param>
    /// <param name="now">Time.</param>
    /// <param name="disruptionMax">How long an evicted pod counts as gone although it still stands.</param>
    public static PodDisruptionBudgetStatus Status(
        PodDisruptionBudget budget, IReadOnlyList<Pod> pods, int expected, DateTimeOffset now, TimeSpan disruptionMax)
    {
        var standing = pods.Select(p => p.Metadata.Name).ToHashSet();
        var disrupted = (budget.Status.DisruptedPods ?? new Dictionary<string, DateTimeOffset>())
            .Where(d => standing.Contains(d.Key) && now - d.Value < disruptionMax)
            .ToDictionary(d => d.Key, d => d.Value, StringComparer.Ordinal);
        var healthy = pods.Count(p => p.IsReady() && !disrupted.ContainsKey(p.Metadata.Name ?? ""));
        var desired = budget.Spec switch
        {
            { MaxUnavailable: { } most } => Math.Max(0, expected - most.Resolve(expected, roundUp: true)),
            { MinAvailable: { Number: { } number } } => number,
            { MinAvailable: { } least } => least.Resolve(expected, roundUp: true),
            _ => 1,
        };
        if (budget.Spec.MaxUnavailable is null && budget.Spec.MinAvailable is { Number: not null })
        {
            expected = pods.Count;
        }

        var allowed = expected > 0 ? Math.Max(0, healthy - desired) : 0;
        var condition = new Condition
        {
            Type = "DisruptionAllowed",
            Status = allowed > 0 ? "True" : "False",
            Reason = allowed > 0 ? "SufficientPods" : "InsufficientPods",
            ObservedGeneration = budget.Metadata.Generation,
            Message = "",
        };
        return budget.Status with
        {
            ObservedGeneration = budget.Metadata.Generation,
            DisruptedPods = disrupted.Count > 0 ? disrupted : null,
            DisruptionsAllowed = allowed,
            CurrentHealthy = healthy,
            DesiredHealthy = desired,
            ExpectedPods = expected,
            Conditions = Conditions.Set(budget.Status.Conditions, condition, now),
        };
    }
}
