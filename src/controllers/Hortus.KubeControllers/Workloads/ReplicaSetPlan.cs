using System.Globalization;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.KubeControllers.Workloads;

/// <summary>How many pods to create and which to delete.</summary>
internal sealed record PodPlan(int Create, IReadOnlyList<Pod> Delete);

/// <summary>The decisions about a ReplicaSet, without I/O.</summary>
internal static class ReplicaSetPlan
{
    private const string DeletionCost = "controller.kubernetes.io/pod-deletion-cost";

    // One ReplicaSet must not keep all others waiting.
    private const int BurstMax = 100;

    /// <summary>Compares wanted and active pods.</summary>
    public static PodPlan Decide(int wanted, IReadOnlyList<Pod> active)
    {
        var surplus = active.Count - wanted;
        return surplus > 0
            ? new PodPlan(0, [.. Victims(active).Take(Math.Min(surplus, BurstMax))])
            : new PodPlan(Math.Min(-surplus, BurstMax), []);
    }

    /// <summary>Pods in the order in which they may go: those that serve least and are youngest first.</summary>
    public static IEnumerable<Pod> Victims(IEnumerable<Pod> active) => active
        .OrderBy(p => string.IsNullOrEmpty(p.Spec.NodeName) ? 0 : 1)
        .ThenBy(p => p.Status.Phase switch { null or "Pending" => 0, "Unknown" => 1, _ => 2 })
        .ThenBy(p => p.IsReady() ? 1 : 0)
        .ThenBy(Cost)
        .ThenByDescending(p => Conditions.Find(p.Status.Conditions, "Ready") is { Status: "True" } ready
            ? ready.LastTransitionTime
            : null)
        .ThenByDescending(p => (p.Status.ContainerStatuses ?? []).Sum(c => c.RestartCount))
        .ThenByDescending(p => p.Metadata.CreationTimestamp)
        .ThenBy(p => p.Metadata.Name, StringComparer.Ordinal);

    /// <summary>What the pods amount to.</summary>
    public static ReplicaSetStatus Status(
        ReplicaSet set, IReadOnlyList<Pod> mine, ApiException? refused, DateTimeOffset now)
    {
        var active = mine.Where(PodStates.IsActive).ToList();
        var labels = LabelSelectorMatcher.FromLabels(
            set.Spec.Template?.Metadata.Labels ?? new Dictionary<string, string>());
        return set.Status with
        {
            Replicas = active.Count,
            FullyLabeledReplicas = active.Count(p => labels.Matches(p.Metadata.Labels)),
            ReadyReplicas = active.Count(PodStates.IsReady),
            AvailableReplicas = active.Count(p => p.IsAvailable(set.Spec.MinReadySeconds ?? 0, now)),
            TerminatingReplicas = mine.Count(p => p.Metadata.DeletionTimestamp is not null && !p.IsFinished()),
            ObservedGeneration = set.Metadata.Generation,
            Conditions = refused is null
                ? Conditions.Remove(set.Status.Conditions, "ReplicaFailure")
                : Conditions.Set(
                    set.Status.Conditions,
                    new ReplicaSetCondition
                    {
                        Type = "ReplicaFailure",
                        Status = "True",
                        Reason = "FailedCreate",
                        Message = refused.Message,
                    },
                    now),
        };
    }

    private static long Cost(Pod pod) =>
        long.TryParse(pod.Annotation(DeletionCost), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out var cost)
            ? cost
            : 0;
}
