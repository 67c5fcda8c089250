using System.Text.Json.Nodes;
using Hortus.Client;
using Hortus.Development.Builds;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Development.Swaps;

/// <summary>Swaps a component that ManagedResources deploy through the image of its Deployments. Its ManagedResource is told to leave
/// it alone meanwhile.</summary>
public sealed class ManagedDeploymentSwap(IKubernetesClient runtime, string component) : IComponentSwap
{
    private readonly ComponentWorkloads workloads = new(runtime);

    public string Component => component;

    public string Place => $"image of its Deployment, whose ManagedResource has the annotation {ResourceNames.Ignore}";

    public async Task<string?> TagAsync(CancellationToken cancellationToken) =>
        (await DeploymentsAsync(cancellationToken))
            .Select(deployment => DevelopmentEntries.TagOf(deployment.Spec.Template.Spec.Containers[0].Image ?? ""))
            .FirstOrDefault();

    public async Task AskForAsync(string tag, bool isLost, CancellationToken cancellationToken)
    {
        foreach (var deployment in await DeploymentsAsync(cancellationToken))
        {
            var isStandard = tag == DevelopmentEntries.StandardTag;
            if (ManagerOf(deployment) is { } manager)
            {
                await runtime.PatchAsync<ManagedResource>(manager, Ignored(isStandard ? null : "true"), cancellationToken);
                if (isStandard)
                {
                    // The ManagedResource has that image.
                    continue;
                }
            }

            await runtime.PatchAsync<Deployment>(deployment.Key, DevelopmentEntries.PatchOf(deployment, tag), cancellationToken);
        }
    }

    private async Task<IReadOnlyList<Deployment>> DeploymentsAsync(CancellationToken cancellationToken)
    {
        var found = new List<Deployment>();
        foreach (var workload in await workloads.FindAsync(component, cancellationToken))
        {
            found.Add(await runtime.GetAsync<Deployment>(workload.Deployment, cancellationToken));
        }

        return found;
    }

    // Namespace and name, perhaps behind the identity of a cluster.
    private static ObjectKey? ManagerOf(Deployment deployment) =>
        deployment.Metadata.Annotations?.GetValueOrDefault(ResourceNames.Origin)?.Split(':')[^1].Split('/') is [var space, var name]
            ? new ObjectKey(space, name)
            : null;

    private static Patch Ignored(string? value) => Patch.Merge(new JsonObject
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [ResourceNames.Ignore] = value } },
    });
}
