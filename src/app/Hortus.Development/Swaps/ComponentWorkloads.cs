using Hortus.Client;
using Hortus.Development.Builds;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Development.Swaps;

/// <summary>A Deployment of a component.</summary>
/// <param name="Deployment">Which one.</param>
/// <param name="Lease">The lease by which one of its pods leads; null when none does.</param>
public sealed record ComponentWorkload(ObjectKey Deployment, ObjectKey? Lease);

/// <summary>Finds the Deployments of components in the runtime cluster by what their containers run.</summary>
public sealed class ComponentWorkloads(IKubernetesClient runtime)
{
    private const string Extension = "extension";

    /// <summary>Those of a component, control planes of shoots left out.</summary>
    public async Task<IReadOnlyList<ComponentWorkload>> FindAsync(string component, CancellationToken cancellationToken)
    {
        var deployments = (await runtime.ListAsync<Deployment>(ListOptions.All, cancellationToken)).Items
            .Where(deployment => !deployment.Metadata.Namespace!.StartsWith(GardenerNames.TechnicalIDPrefix, StringComparison.Ordinal))
            .Where(deployment => deployment.Spec.Template.Spec.Containers.Any(container => Runs(container, component)));
        var found = new List<ComponentWorkload>();
        foreach (var deployment in deployments)
        {
            found.Add(new ComponentWorkload(deployment.Key, await LeaseOfAsync(deployment, cancellationToken)));
        }

        return found;
    }

    /// <summary>Whether a Deployment does not have an image, or its pods end again and again.</summary>
    public async Task<bool> IsFailingAsync(ComponentWorkload workload, string image, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workload);
        var deployment = await runtime.GetAsync<Deployment>(workload.Deployment, cancellationToken);
        return deployment.Spec.Template.Spec.Containers.All(container => container.Image != image)
            || await IsFailingAsync(deployment, cancellationToken);
    }

    /// <summary>Whether pods of a Deployment end again and again.</summary>
    public async Task<bool> IsFailingAsync(ComponentWorkload workload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(workload);
        return await IsFailingAsync(
            await runtime.GetAsync<Deployment>(workload.Deployment, cancellationToken), cancellationToken);
    }

    /// <summary>Labels of a Deployment's pods as a selector.</summary>
    public static string SelectorOf(Deployment deployment)
    {
        ArgumentNullException.ThrowIfNull(deployment);
        return LabelSelectorMatcher.From(deployment.Spec.Selector).ToString();
    }

    private async Task<bool> IsFailingAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var pods = await runtime.ListAsync<Pod>(
            new ListOptions { Namespace = deployment.Metadata.Namespace, LabelSelector = SelectorOf(deployment) }, cancellationToken);
        return pods.Items.Any(pod => pod.Status.ContainerStatuses?.Any(
            status => status.RestartCount > 0 && (status.LastState?.Terminated?.ExitCode ?? 0) != 0) == true);
    }

    private static bool Runs(Container container, string component) =>
        container.Image?.StartsWith(DevelopmentEntries.Repository + ":", StringComparison.Ordinal) == true
        && container.Args is { Count: > 0 } words
        && (words[0] == component || (words[0] == Extension && words.Count > 1 && words[1] == component));

    // Whoever leads writes the name of its pod.
    private async Task<ObjectKey?> LeaseOfAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var space = deployment.Metadata.Namespace!;
        var pods = await runtime.ListAsync<Pod>(
            new ListOptions { Namespace = space, LabelSelector = SelectorOf(deployment) }, cancellationToken);
        var names = pods.Items.Select(pod => pod.Metadata.Name).ToHashSet();
        return (await runtime.ListAsync<Lease>(ListOptions.In(space), cancellationToken)).Items
            .FirstOrDefault(lease => names.Contains(lease.Spec.HolderIdentity))?.Key;
    }
}
