using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>Keeps one pod on each node that suits a DaemonSet.</summary>
internal sealed class DaemonSetReconciler : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<DaemonSet> sets;
    private readonly IObjectCache<Pod> pods;
    private readonly IObjectCache<Node> nodes;
    private readonly Claims claims;
    private readonly Revisions revisions;
    private readonly Expectations expectations;
    private readonly PodWriter writer;

    private DaemonSetReconciler(ControllerSetup setup)
    {
        this.setup = setup;
        sets = setup.Manager.CacheOf<DaemonSet>();
        pods = setup.Manager.CacheOf<Pod>();
        nodes = setup.Manager.CacheOf<Node>();
        claims = new Claims(setup.Client);
        revisions = new Revisions(setup);
        expectations = new Expectations(setup.Clock);
        writer = new PodWriter(setup, expectations);
    }

    public static void Add(ControllerSetup setup)
    {
        var reconciler = new DaemonSetReconciler(setup);
        setup.AddController("daemonset", reconciler, c => c
            .For<DaemonSet>()
            .Watches<Pod>(p => p.OwnersAmong(reconciler.sets, s => s.Spec.Selector), reconciler.expectations.Observe)
            .Watches<Node>(_ => reconciler.sets.List().Select(s => s.Key), MayMatter));
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
        var (revision, collisions) = await revisions.EnsureAsync(
            set, set.Spec.Template, set.Status.CollisionCount ?? 0, cancellationToken);
        var plan = new DaemonSetPlan(
            set, nodes.List(), mine, revision.Label(Revisions.HashLabel) ?? "", setup.Clock.GetUtcNow());
        var refused = set.IsDeleting() ? null : await ApplyAsync(plan, cancellationToken);
        var status = plan.Status(collisions);
        if (!Canonical.Same(set.Status, status))
        {
            await setup.Client.ReportAsync(set with { Status = status }, cancellationToken);
        }

        if (refused is not null)
        {
            throw refused;
        }

        var used = mine.Select(p => $"{set.Metadata.Name}-{p.Label(StatefulSetPods.RevisionLabel)}")
            .Append(revision.Metadata.Name ?? "").ToHashSet(StringComparer.Ordinal);
        await revisions.TrimAsync(set, used, set.Spec.RevisionHistoryLimit ?? 10, cancellationToken);
        return PodStates.NextAvailable(
            mine.Where(PodStates.IsActive), set.Spec.MinReadySeconds ?? 0, plan.Now) is { } next
            ? ReconcileResult.After(next)
            : ReconcileResult.Done;
    }

    private static bool MayMatter(Node? old, Node? now) =>
        old is null || now is null || !Canonical.Same(old.Spec, now.Spec) || old.IsDeleting() != now.IsDeleting() ||
        !(old.Metadata.Labels ?? new Dictionary<string, string>()).OrderBy(l => l.Key, StringComparer.Ordinal)
            .SequenceEqual((now.Metadata.Labels ?? new Dictionary<string, string>()).OrderBy(
                l => l.Key, StringComparer.Ordinal));

    private async Task<ApiException?> ApplyAsync(DaemonSetPlan plan, CancellationToken cancellationToken)
    {
        var (create, delete) = plan.Decide();
        await Task.WhenAll(delete.Select(p => writer.DeleteAsync(plan.Set, p, cancellationToken)));
        var refusals = await Task.WhenAll(create.Select(node => writer.CreateAsync(
            plan.Set,
            DaemonSetPlan.NewPod(
                plan.Set, node, plan.Hash, PodTemplates.NewName(plan.Set.Metadata.Name ?? "", setup.Random)),
            cancellationToken)));
        return refusals.FirstOrDefault(r => r is not null);
    }
}
