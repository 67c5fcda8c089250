using Hortus.Client;
using Hortus.KubeControllers.Workloads;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Nodes;

/// <summary>Deletes pods that no kubelet will ever end: those of nodes that are gone.</summary>
internal sealed class PodCollector : IReconciler
{
    // A node that registers anew, for example with other labels, is away for a moment.
    private static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(10);

    private readonly ControllerSetup setup;
    private readonly IObjectCache<Pod> pods;
    private readonly IObjectCache<Node> nodes;
    private readonly Dictionary<string, long> missing = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    private PodCollector(ControllerSetup setup)
    {
        this.setup = setup;
        pods = setup.Manager.CacheOf<Pod>();
        nodes = setup.Manager.CacheOf<Node>();
    }

    public static void Add(ControllerSetup setup)
    {
        var collector = new PodCollector(setup);
        setup.AddController("pod-gc", collector, c => c
            .For<Pod>((old, now) => now is not null &&
                (old?.Spec.NodeName != now.Spec.NodeName ||
                    (now.IsDeleting() && string.IsNullOrEmpty(now.Spec.NodeName))))
            .Watches<Node>(
                n => collector.pods.List().Where(p => p.Spec.NodeName == n.Key.Name).Select(p => p.Key),
                (old, now) => old is null || now is null));
    }

    /// <inheritdoc/>
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (pods.Find(key) is not { Spec.NodeName: { Length: > 0 } name } pod)
        {
            return ReconcileResult.Done;
        }

        if (nodes.Find(ObjectKey.Cluster(name)) is not null)
        {
            lock (gate)
            {
                missing.Remove(name);
            }

            return ReconcileResult.Done;
        }

        if (Left(name) is var left && left > TimeSpan.Zero)
        {
            return ReconcileResult.After(left);
        }

        if (await setup.Client.FindAsync<Node>(ObjectKey.Cluster(name), cancellationToken) is null)
        {
            await setup.Client.DeleteAsync<Pod>(
                key, new DeleteOptions { GracePeriodSeconds = 0, PreconditionUid = pod.Metadata.Uid },
                    cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private TimeSpan Left(string node)
    {
        lock (gate)
        {
            if (!missing.TryGetValue(node, out var since))
            {
                missing[node] = since = setup.Clock.GetTimestamp();
            }

            return Quarantine - setup.Clock.GetElapsedTime(since);
        }
    }
}
