using Hortus.Client;
using Hortus.Objects;
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
                LabelSelector = LabelSelectorMatcher.FromLabels(labels).ToString(),
            },
            cancellationToken);
        return PodFault.NewestOf(pods.Items);
    }
}
