using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Gardener;
using Hortus.Objects.Kubernetes;

namespace Hortus.Local.Workloads;

/// <summary>A pod with the name of the workload it belongs to.</summary>
/// <param name="Workload">Name of the Deployment, StatefulSet or static pod.</param>
/// <param name="Pod">The pod.</param>
public sealed record ComponentPod(string Workload, Pod Pod)
{
    /// <summary>Names of its containers.</summary>
    public IEnumerable<string> Containers => Pod.Spec.Containers.Select(container => container.Name);
}

/// <summary>Finds the pods of a garden's components in the runtime cluster.</summary>
public static class ComponentPods
{

    // What people leave out of the names of workloads.
    private static readonly string[] Prefixes = ["gardener-", "gardener-extension-", "virtual-garden-"];

    /// <summary>All pods of components, those of shoots' control planes left out.</summary>
    public static async Task<IReadOnlyList<ComponentPod>> ListAsync(IKubernetesClient runtime, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(runtime);
        var pods = await runtime.ListAsync<Pod>(ListOptions.All, cancellationToken);
        return [.. pods.Items.Where(pod => !IsOfShoot(pod)).Select(pod => new ComponentPod(WorkloadOf(pod), pod))];
    }

    /// <summary>The pods of a component: of the workload with its name, or else with its name behind one of the usual prefixes.</summary>
    /// <exception cref="LocalGardenException">There are none; the message names the components that there are.</exception>
    public static IReadOnlyList<ComponentPod> Find(IReadOnlyList<ComponentPod> pods, string component)
    {
        ArgumentNullException.ThrowIfNull(pods);
        var found = Matching(pods, component);
        return found.Count > 0
            ? found
            : throw new LocalGardenException(
                $"no component is called \"{component}\"; there are "
                + string.Join(", ", pods.Select(pod => pod.Workload).Distinct().Order()));
    }

    /// <summary>The same, empty when there are none.</summary>
    public static IReadOnlyList<ComponentPod> Matching(IReadOnlyList<ComponentPod> pods, string component)
    {
        ArgumentNullException.ThrowIfNull(pods);
        return new[] { "" }.Concat(Prefixes)
            .Select(prefix => pods.Where(pod => pod.Workload == prefix + component).ToArray())
            .FirstOrDefault(matching => matching.Length > 0) ?? [];
    }

    /// <summary>The name of the workload that a pod belongs to; its own name when nobody made it.</summary>
    public static string WorkloadOf(Pod pod)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var name = pod.Metadata.Name ?? "";
        var owner = pod.Metadata.OwnerReferences?.FirstOrDefault(o => o.Controller == true);
        return owner switch
        {
            { Kind: "ReplicaSet" } => owner.Name[..Math.Max(0, owner.Name.LastIndexOf('-'))],

            // The API shows a static pod with the name of its node behind its own.
            { Kind: "Node" } => Without(name, owner.Name),
            { } => owner.Name,
            null => pod.IsMirror() ? Without(name, pod.Spec.NodeName) : name,
        };
    }

    private static string Without(string name, string? node) =>
        node is not null && name.EndsWith("-" + node, StringComparison.Ordinal) ? name[..^(node.Length + 1)] : name;

    private static bool IsOfShoot(Pod pod) =>
        pod.Metadata.Namespace?.StartsWith(GardenerNames.TechnicalIDPrefix, StringComparison.Ordinal) == true;
}
