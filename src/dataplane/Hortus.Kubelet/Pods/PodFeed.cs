using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Kubelet.Pods;

/// <summary>Hands the node's pods from the API to their workers.</summary>
internal sealed class PodFeed(IObjectCache<Pod> cache, PodWorkers workers) : IReconciler
{
    public Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (cache.Find(key) is not { } pod)
        {
            workers.Vanish(key);
        }
        else if (!pod.IsMirror())
        {
            workers.Apply(pod);
        }

        return Task.FromResult(ReconcileResult.Done);
    }

    /// <summary>Hands all pods over at once, so that what is left over can be told from what is not known
    /// yet.</summary>
    public async Task SynchronizeAsync(CancellationToken cancellationToken)
    {
        await cache.WaitForSyncAsync(cancellationToken);
        foreach (var pod in cache.List().Where(p => !p.IsMirror()))
        {
            workers.Apply(pod);
        }
    }
}
