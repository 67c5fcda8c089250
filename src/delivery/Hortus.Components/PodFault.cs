using Hortus.Objects.Kubernetes;

namespace Hortus.Components;

/// <summary>Says why pods do not get ready.</summary>
public static class PodFault
{
    /// <summary>Whether the pod serves.</summary>
    public static bool IsReady(Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        return pod.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;
    }

    /// <summary>What the newest of these pods that is not ready says of itself; empty when all are ready, or none says anything.</summary>
    public static string NewestOf(IEnumerable<Pod> pods) => pods
        .Where(pod => !IsReady(pod))
        .OrderByDescending(pod => pod.Metadata.CreationTimestamp)
        .Select(Of)
        .FirstOrDefault(text => text is not null) ?? "";

    /// <summary>What a pod that is not ready says of itself.</summary>
    public static string? Of(Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        foreach (var container in (pod.Status.InitContainerStatuses ?? []).Concat(pod.Status.ContainerStatuses ?? []))
        {
            var ended = container.State?.Terminated ?? container.LastState?.Terminated;
            var exit = ended is null ? "" : $" (last exit code {ended.ExitCode}{Detail(ended.Message)})";
            if (container.State?.Waiting is { Reason: { Length: > 0 } reason } waiting)
            {
                return $"pod {pod.Metadata.Name}: {reason}{Detail(waiting.Message)}{exit}";
            }

            if (ended is not null)
            {
                return $"pod {pod.Metadata.Name}: {container.Name} ended{exit}";
            }
        }

        return pod.Status.Conditions?.FirstOrDefault(c => c is { Type: "PodScheduled", Status: "False" }) is { } unplaced
            ? $"pod {pod.Metadata.Name}: {unplaced.Reason}{Detail(unplaced.Message)}"
            : $"pod {pod.Metadata.Name} runs and is not ready";
    }

    private static string Detail(string? message) => string.IsNullOrWhiteSpace(message) ? "" : $": {message.Trim()}";
}
