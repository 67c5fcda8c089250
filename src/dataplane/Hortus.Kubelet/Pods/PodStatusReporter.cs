using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet.Pods;

/// <summary>Writes pod status to the API server and confirms deletions.</summary>
internal sealed class PodStatusReporter(PodObjects objects, ILogger logger)
{
    private static readonly string[] Clearable = ["message", "reason", "podIP", "podIPs", "initContainerStatuses"];
    private readonly ConcurrentDictionary<string, string> sent = new();

    /// <summary>Writes a status that differs from the one written last.</summary>
    /// <returns>False when it must be tried again.</returns>
    public async Task<bool> SendAsync(Pod pod, PodStatus status, CancellationToken cancellationToken)
    {
        var node = KubernetesJson.ToNode(status);
        var text = node.ToJsonString();
        if (sent.TryGetValue(pod.Uid(), out var last) && last == text)
        {
            return true;
        }

        if (objects.Client is not { } client)
        {
            return false;
        }

        var body = new JsonObject { ["status"] = node };
        if (!pod.IsStatic())
        {
            // Another pod of the same name must not get this status.
            body["metadata"] = new JsonObject { ["uid"] = pod.Uid() };
        }

        foreach (var field in Clearable.Where(f => !node.ContainsKey(f)))
        {
            node[field] = null;
        }

        try
        {
            await client.PatchAsync<Pod>(pod.Key, Patch.Merge(body) with { Subresource = "status" }, cancellationToken);
            sent[pod.Uid()] = text;
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.Code is 409 or 422)
        {
            // The pod is gone or another one took its name; the watch tells.
            return pod.IsStatic() is false;
        }
        catch (Exception e) when (e is HttpRequestException or ApiException or TimeoutException)
        {
            logger.StatusNotSent(pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
            return false;
        }
    }

    /// <summary>Tells the API server that nothing of the pod runs any more.</summary>
    /// <returns>False when it must be tried again.</returns>
    public async Task<bool> ConfirmDeletionAsync(Pod pod, CancellationToken cancellationToken)
    {
        if (pod.IsStatic())
        {
            return true;
        }

        if (objects.Client is not { } client)
        {
            return false;
        }

        try
        {
            await client.DeleteAsync<Pod>(
                pod.Key, new DeleteOptions { GracePeriodSeconds = 0, PreconditionUid = pod.Uid() }, cancellationToken);
            return true;
        }
        catch (ApiException e) when (e.IsNotFound || e.IsConflict || e.Code == 409)
        {
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or ApiException or TimeoutException)
        {
            logger.StatusNotSent(pod.Metadata.Namespace, pod.Metadata.Name, e.Message);
            return false;
        }
    }

    /// <summary>Makes the next status be written even when it is the same, because a mirror pod was made
    /// anew.</summary>
    public void Forget(string podUid) => sent.TryRemove(podUid, out _);
}
