using Hortus.Client;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Gardenlets;

/// <summary>Says why pods of the gardenlet's Deployment do not get ready.</summary>
public static class GardenletPods
{
    /// <summary>What the newest pod that is not ready says of itself; empty when all are ready, or none says anything.</summary>
    /// <param name="seed">The cluster of the seed.</param>
    /// <param name="deployment">The gardenlet's; null when it is missing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<string> FaultAsync(IKubernetesClient seed, Deployment? deployment, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(seed);
        if (deployment?.Spec.Selector.MatchLabels is not { Count: > 0 } labels)
        {
            return "";
        }

        var pods = await seed.ListAsync<Pod>(
            new ListOptions
            {
                Namespace = GardenerNames.GardenNamespace,
                LabelSelector = string.Join(',', labels.Select(label => $"{label.Key}={label.Value}")),
            },
            cancellationToken);
        return pods.Items.Where(pod => !IsReady(pod)).OrderByDescending(pod => pod.Metadata.CreationTimestamp)
            .Select(Fault).FirstOrDefault(text => text is not null) ?? "";
    }

    private static bool IsReady(Pod pod) => pod.Status.Conditions?.Any(c => c is { Type: "Ready", Status: "True" }) == true;

    private static string? Fault(Pod pod)
    {
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
