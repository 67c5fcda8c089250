using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Tests.Integration;

/// <summary>Says of every pod on a node that it runs, and lets go of those that are to end. The image says how a pod
/// fares:
/// <c>broken</c> never gets ready, <c>done</c> succeeds, <c>fails</c> fails.</summary>
internal sealed class ScriptedKubelet(IKubernetesClient client, IObjectCache<Pod> pods, TimeProvider clock)
    : IReconciler
{
    public static Task RunAsync(ComponentContext context, CancellationToken cancellationToken)
    {
        var manager = context.CreateManager();
        manager.AddController(
            "kubelet",
            new ScriptedKubelet(manager.Client, manager.CacheOf<Pod>(), context.Clock),
            c => c.For<Pod>());
        return manager.RunAsync(cancellationToken);
    }

    public async Task<ReconcileResult> ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        if (pods.Find(key) is not { Spec.NodeName.Length: > 0 } pod)
        {
            return ReconcileResult.Done;
        }

        if (pod.Metadata.IsDeleting())
        {
            await client.DeleteAsync<Pod>(
                key, new DeleteOptions { GracePeriodSeconds = 0, PreconditionUid = pod.Metadata.Uid },
                    cancellationToken);
            return ReconcileResult.Done;
        }

        if (pod.Status.Phase is null or "Pending")
        {
            var image = pod.Spec.Containers[0].Image;
            var phase = image switch { "done" => "Succeeded", "fails" => "Failed", _ => "Running" };
            var ready = phase == "Running" && image != "broken";
            var status = pod.Status with
            {
                Phase = phase,
                PodIP = $"10.1.0.{Math.Abs(pod.Metadata.Uid!.GetHashCode(StringComparison.Ordinal) % 250) + 1}",
                StartTime = clock.GetUtcNow(),
                Conditions = Conditions.Set(
                    pod.Status.Conditions,
                    new PodCondition { Type = "Ready", Status = ready ? "True" : "False" },
                    clock.GetUtcNow()),
            };
            try
            {
                await client.UpdateStatusAsync(pod with { Status = status }, cancellationToken);
            }
            catch (ApiException e) when (e.IsNotFound)
            {
                // Gone meanwhile.
            }
        }

        return ReconcileResult.Done;
    }
}
