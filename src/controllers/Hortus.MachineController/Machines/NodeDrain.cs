using System.Net;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.MachineController.Machines;

/// <summary>Makes the pods of a node leave: cordon, evict within disruption budgets, and without grace when the time is
/// up.</summary>
internal sealed class NodeDrain(IKubernetesClient client, TimeProvider clock)
{

    // A budget frees up when a pod elsewhere becomes ready; the server tells nobody, so the eviction is asked for again.
    private static readonly TimeSpan EvictAgain = TimeSpan.FromSeconds(2);

    // A kubelet that has been silent for so long does not stop pods any more.
    private static readonly TimeSpan SilentKubelet = TimeSpan.FromMinutes(5);

    /// <summary>Returns when no pod that can move is left on the node.</summary>
    public async Task RunAsync(Node node, DateTimeOffset deadline, CancellationToken cancellationToken)
    {
        await CordonAsync(node, cancellationToken);
        var pods = await PodsAsync(node, cancellationToken);
        var left = Earlier(deadline, SilentSince(node) + SilentKubelet) - clock.GetUtcNow();
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        if (left > TimeSpan.Zero)
        {
            limit.CancelAfter(left);
        }
        else
        {
            await limit.CancelAsync();
        }

        try
        {
            await Task.WhenAll(pods.Select(pod => EvictAsync(pod, both.Token)));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            await ForceAsync(await PodsAsync(node, cancellationToken), cancellationToken);
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset? b) => b < a ? b.Value : a;

    private static DateTimeOffset? SilentSince(Node node) =>
        Conditions.Find(node.Status.Conditions, "Ready") is { Status: not "True" } ready ? ready.LastTransitionTime : null;

    private static bool CanMove(Pod pod) =>
        !pod.IsMirror()
        && pod.Metadata.ControllerOwner()?.Kind != "DaemonSet"
        && pod.Status.Phase is not ("Succeeded" or "Failed");

    private async Task CordonAsync(Node node, CancellationToken cancellationToken)
    {
        if (node.Spec.Unschedulable != true)
        {
            var body = new JsonObject { ["spec"] = new JsonObject { ["unschedulable"] = true } };
            await client.PatchAsync<Node>(node.Key, Patch.Merge(body), cancellationToken);
        }
    }

    private async Task<IReadOnlyList<Pod>> PodsAsync(Node node, CancellationToken cancellationToken)
    {
        var options = new ListOptions { FieldSelector = $"spec.nodeName={node.Metadata.Name}" };
        return [.. (await client.ListAsync<Pod>(options, cancellationToken)).Items.Where(CanMove)];
    }

    private async Task EvictAsync(Pod pod, CancellationToken cancellationToken)
    {
        while (!await TryEvictAsync(pod, cancellationToken))
        {
            await Task.Delay(EvictAgain, clock, cancellationToken);
        }

        await client.UntilAsync<Pod>(
            pod.Key, now => now is null || now.Metadata.Uid != pod.Metadata.Uid, cancellationToken);
    }

    private async Task<bool> TryEvictAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            var eviction = new Eviction { Metadata = new ObjectMeta { Namespace = pod.Metadata.Namespace, Name = pod.Metadata.Name } };
            await client.CreateSubresourceAsync<Pod, Eviction, Status>(pod.Key, "eviction", eviction, cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return true;
        }
        catch (ApiException e) when (e.Code == (int)HttpStatusCode.TooManyRequests)
        {
            return false;
        }
    }

    private async Task ForceAsync(IReadOnlyList<Pod> pods, CancellationToken cancellationToken)
    {
        foreach (var pod in pods)
        {
            var options = new DeleteOptions { GracePeriodSeconds = 0, PreconditionUid = pod.Metadata.Uid };
            try
            {
                await client.DeleteAsync<Pod>(pod.Key, options, cancellationToken);
            }
            catch (ApiException e) when (e.IsConflict)
            {
                // Another pod has the name now.
            }
        }
    }
}
