using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Disruption;

/// <summary>Counts for each PodDisruptionBudget how many pods may be evicted.</summary>
internal sealed class DisruptionReconciler : IReconciler
{
    // An eviction whose pod still stands after this time did not happen.
    private static readonly TimeSpan DisruptionMax = TimeSpan.FromMinutes(2);

    private readonly ControllerSetup setup;
    private readonly IObjectCache<PodDisruptionBudget> budgets;
    private readonly IObjectCache<Pod> pods;
    private readonly IObjectCache<ReplicaSet> replicaSets;
    private readonly IObjectCache<StatefulSet> statefulSets;

    private DisruptionReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        budgets = setup.Manager.CacheOf<PodDisruptionBudget>();
        pods = setup.Manager.CacheOf<Pod>();
        replicaSets = setup.Manager.CacheOf<ReplicaSet>();
        statefulSets = setup.Manager.CacheOf<StatefulSet>();
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new DisruptionReconciler(setup);
        setup.AddController("disruption", reconciler, c => c
            .For<PodDisruptionBudget>()
            .Watches<Pod>(
                reconciler.BudgetsOf,
                (old, now) => old is null || now is null || old.IsReady() != now.IsReady() ||
                    old.IsActive() != now.IsActive())
            .Watches<ReplicaSet>(s => reconciler.InNamespace(s), ScaleChanged)
            .Watches<StatefulSet>(s => reconciler.InNamespace(s), ScaleChanged));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (budgets.Find(key) is not { } budget || budget.IsDeleting())
        {
            return ReconcileResult.Done;
        }

        var selector = LabelSelectorMatcher.From(budget.Spec.Selector);
        var mine = pods.List(key.Namespace).Where(p => p.IsActive() && selector.Matches(p.Metadata.Labels)).ToList();
        var now = setup.Clock.GetUtcNow();
        var status = DisruptionPlan.Status(budget, mine, Expected(mine), now, DisruptionMax);
        if (!Canonical.Same(budget.Status, status))
        {
            await setup.Client.ReportAsync(budget with { Status = status }, cancellationToken);
        }

        return status.DisruptedPods is { Count: > 0 } ? ReconcileResult.After(DisruptionMax) : ReconcileResult.Done;
    }

    private static bool ScaleChanged(ReplicaSet? old, ReplicaSet? now) => old?.Spec.Replicas != now?.Spec.Replicas;

    private static bool ScaleChanged(StatefulSet? old, StatefulSet? now) => old?.Spec.Replicas != now?.Spec.Replicas;

    private IEnumerable<ObjectKey> InNamespace(KubernetesObject value) =>
        budgets.List(value.Metadata.Namespace).Select(b => b.Key);

    private IEnumerable<ObjectKey> BudgetsOf(Pod pod) =>
        budgets.List(pod.Metadata.Namespace)
            .Where(b => LabelSelectorMatcher.From(b.Spec.Selector).Matches(pod.Metadata.Labels)).Select(b => b.Key);

    // What the owners want, so that pods which are about to come count.
    private int Expected(List<Pod> mine)
    {
        var expected = 0;
        foreach (var group in mine.GroupBy(p => p.Metadata.ControllerOwner()?.Uid))
        {
            var owner = group.First().Metadata.ControllerOwner();
            var key = new ObjectKey(group.First().Metadata.Namespace, owner?.Name ?? "");
            expected += owner?.Kind switch
            {
                "ReplicaSet" => replicaSets.Find(key)?.Spec.Replicas,
                "StatefulSet" => statefulSets.Find(key)?.Spec.Replicas,
                _ => null,
            } ?? group.Count();
        }

        return expected;
    }
}
