using Hortus.Client;
using Hortus.Development.Builds;
using Hortus.Local.Bootstrap;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Development.Swaps;

/// <summary>Swaps the operator through the image of its Deployment. What the operator deploys keeps its images: an argument names
/// them.</summary>
public sealed class OperatorSwap(IKubernetesClient runtime) : IComponentSwap
{
    private static readonly ObjectKey Key = new(GardenerNames.GardenNamespace, OperatorRelease.Name);

    public string Component => "operator";

    public string Place => $"image of the Deployment {Key}";

    public async Task<string?> TagAsync(CancellationToken cancellationToken) =>
        (await runtime.FindAsync<Deployment>(Key, cancellationToken))?.Spec.Template.Spec.Containers
            .Select(container => DevelopmentEntries.TagOf(container.Image ?? "")).FirstOrDefault();

    public async Task AskForAsync(string tag, bool isLost, CancellationToken cancellationToken)
    {
        var deployment = await runtime.GetAsync<Deployment>(Key, cancellationToken);
        await runtime.PatchAsync<Deployment>(Key, DevelopmentEntries.PatchOf(deployment, tag), cancellationToken);
    }
}
