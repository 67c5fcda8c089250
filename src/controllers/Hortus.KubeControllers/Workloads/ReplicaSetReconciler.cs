using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Keeps as many pods as a ReplicaSet asks for.</summary>
internal sealed class ReplicaSetReconciler : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<ReplicaSet> sets;
    private readonly IObjectCache<Pod> pods;
    private readonly Claims claims;
    private readonly Expectations expectations;
    private readonly PodWriter writer;

    private ReplicaSetReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        sets = setup.Manager.CacheOf<ReplicaSet>();
        pods = setup.Manager.CacheOf<Pod>();
        claims = new Claims(setup.Client);
        expectations = new Expectations(setup.Clock);
        writer = new PodWriter(setup, expectations);
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new ReplicaSetReconciler(setup);
        setup.AddController("replicaset", reconciler, c => c
            .For<ReplicaSet>()
            .Watches<Pod>(p => p.OwnersAmong(reconciler.sets, s => s.Spec.Selector), reconciler.expectations.Observe)
            .WithConcurrency(8));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (sets.Find(key) is not { } set)
        {
            expectations.Forget(key);
            return ReconcileResult.Done;
        }

        if (!expectations.AreMet(key))
        {
            return ReconcileResult.After(Expectations.Patience);
        }

        var mine = await claims.ClaimAsync(set, set.Spec.Selector, pods.List(key.Namespace), cancellationToken);
        var now = setup.Clock.GetUtcNow();
        ApiException? refused = null;
        if (!set.IsDeleting())
        {
            var plan = ReplicaSetPlan.Decide(set.Spec.Replicas ?? 1, [.. mine.Where(PodStates.IsActive)]);
            refused = await writer.ApplyAsync(set, set.Spec.Template ?? new(), plan, cancellationToken);
        }

        var status = ReplicaSetPlan.Status(set, mine, refused, now);
        if (!Canonical.Same(set.Status, status))
        {
            await setup.Client.ReportAsync(set with { Status = status }, cancellationToken);
        }

        if (refused is not null)
        {
            throw refused;
        }

        return PodStates.NextAvailable(mine.Where(PodStates.IsActive), set.Spec.MinReadySeconds ?? 0, now) is { } next
            ? ReconcileResult.After(next)
            : ReconcileResult.Done;
    }
}
