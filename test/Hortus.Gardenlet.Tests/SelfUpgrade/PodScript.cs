using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.Gardenlet.Tests.SelfUpgrade;

/// <summary>Stands in for kubelets: pods run and are ready, unless their image ends with the tag of a version that crashes.</summary>
internal sealed class PodScript(IKubernetesClient client, Func<string, bool> crashes) : IReconciler
{
    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (await client.FindAsync<Pod>(key, cancellationToken) is not { } pod)
        {
            return ReconcileResult.Done;
        }

        if (pod.Metadata.IsDeleting())
        {
            await client.DeleteAsync<Pod>(
                key, new DeleteOptions { GracePeriodSeconds = 0, PreconditionUid = pod.Metadata.Uid }, cancellationToken);
        }
        else if (pod.Status.Phase is null or "Pending")
        {
            await client.PatchAsync<Pod>(
                key, Patch.Merge(new JsonObject { ["status"] = StatusOf(pod) }) with { Subresource = "status" }, cancellationToken);
        }

        return ReconcileResult.Done;
    }

    private JsonObject StatusOf(Pod pod)
    {
        var isReady = !crashes(pod.Spec.Containers[0].Image!);
        var state = isReady
            ? new JsonObject { ["running"] = new JsonObject() }
            : new JsonObject { ["waiting"] = new JsonObject { ["reason"] = "CrashLoopBackOff", ["message"] = "back-off 10s" } };
        return new JsonObject
        {
            ["phase"] = "Running",
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = isReady ? "True" : "False" }),
            ["containerStatuses"] = new JsonArray(new JsonObject
            {
                ["name"] = "gardenlet",
                ["ready"] = isReady,
                ["restartCount"] = 0,
                ["image"] = pod.Spec.Containers[0].Image,
                ["imageID"] = "",
                ["state"] = state,
            }),
        };
    }
}
