using System.Net;
using Hortus.Kubelet.Network;
using Hortus.Kubelet.Pods;
using Hortus.Kubelet.Services;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Kubelet.Nodes;

/// <summary>Takes the pod address range that the cluster gave to this node.</summary>
internal sealed class NodeFeed(
    IObjectCache<Node> cache, PodNetwork network, PodWorkers workers, NodeRules rules, NodeReporter reporter)
        : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (network.Range is null && cache.Find(key)?.Spec.PodCIDR is { } text &&
            IPNetwork.TryParse(text, out var range))
        {
            network.Range = range;
            await rules.ApplyAsync(cancellationToken);
            workers.WakeAll();
            reporter.SetReady(null);
        }

        return ReconcileResult.Done;
    }
}
