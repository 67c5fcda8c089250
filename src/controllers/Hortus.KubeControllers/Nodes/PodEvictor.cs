using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Nodes;

/// <summary>Deletes pods that do not tolerate their node's taints any longer.</summary>
internal sealed class PodEvictor : IReconciler
{
    private readonly ControllerSetup setup;
    private readonly IObjectCache<Pod> pods;
    private readonly IObjectCache<Node> nodes;

    private PodEvictor(ControllerSetup setup)
    {
        this.setup = setup;
        pods = setup.Manager.CacheOf<Pod>();
        nodes = setup.Manager.CacheOf<Node>();
    }

    public static void Add(ControllerSetup setup)
    {
        var evictor = new PodEvictor(setup);
        setup.AddController("taint-eviction", evictor, c => c
            .For<Pod>((old, now) => now is not null && old?.Spec.NodeName != now.Spec.NodeName)
            .Watches<Node>(
                n => evictor.pods.List().Where(p => p.Spec.NodeName == n.Key.Name).Select(p => p.Key),
                (old, now) => now is not null && !NodeHealth.Same(old?.Spec.Taints, now.Spec.Taints ?? [])));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var now = setup.Clock.GetUtcNow();
        if (pods.Find(key) is not { Spec.NodeName: { Length: > 0 } name } pod || pod.IsDeleting() || pod.IsFinished() ||
            nodes.Find(ObjectKey.Cluster(name)) is not { } node ||
                NodeHealth.EvictionTime(pod, node, now) is not { } time)
        {
            return ReconcileResult.Done;
        }

        if (time > now)
        {
            return ReconcileResult.After(time - now);
        }

        setup.Manager.Events.Normal(pod, "TaintManagerEviction", $"Marking for deletion Pod {key}");
        await setup.Client.DeleteExactlyAsync(pod, cancellationToken);
        return ReconcileResult.Done;
    }
}
