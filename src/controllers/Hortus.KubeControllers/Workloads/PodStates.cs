using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;

namespace Hortus.KubeControllers.Workloads;

/// <summary>What workload controllers ask about a pod.</summary>
internal static class PodStates
{
    /// <summary>Neither finished nor being deleted.</summary>
    public static bool IsActive(this Pod pod) => !pod.IsFinished() && !pod.IsDeleting();

    /// <summary>Succeeded or failed: no container runs or ever will.</summary>
    public static bool IsFinished(this Pod pod) => pod.Status.Phase is "Succeeded" or "Failed";

    public static bool IsReady(this Pod pod) => Conditions.IsTrue(pod.Status.Conditions, "Ready");

    /// <summary>Time until the pod counts as available: zero when it does, null while it is not ready.</summary>
    public static TimeSpan? UntilAvailable(this Pod pod, int minReadySeconds, DateTimeOffset now)
    {
        if (!pod.IsReady())
        {
            return null;
        }

        var since = Conditions.Find(pod.Status.Conditions, "Ready")?.LastTransitionTime ?? now;
        var left = since.AddSeconds(minReadySeconds) - now;
        return minReadySeconds == 0 || left < TimeSpan.Zero ? TimeSpan.Zero : left;
    }

    public static bool IsAvailable(this Pod pod, int minReadySeconds, DateTimeOffset now) =>
        pod.UntilAvailable(minReadySeconds, now) == TimeSpan.Zero;

    /// <summary>When the next ready pod becomes available; null when none is on the way.</summary>
    public static TimeSpan? NextAvailable(IEnumerable<Pod> pods, int minReadySeconds, DateTimeOffset now) =>
        pods.Select(p => p.UntilAvailable(minReadySeconds, now)).Where(t => t > TimeSpan.Zero).Min();
}
