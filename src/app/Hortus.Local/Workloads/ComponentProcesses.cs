using Hortus.Kubelet;

namespace Hortus.Local.Workloads;

/// <summary>A process of a component.</summary>
/// <param name="Name">Container with pod and namespace, or the subcommand of a process that is no pod.</param>
/// <param name="Image">The container's; null for a process that is no pod.</param>
/// <param name="Id">As this machine numbers it.</param>
public sealed record ComponentProcess(string Name, string? Image, int Id);

/// <summary>Finds the processes of a component on this machine.</summary>
/// <param name="state">The garden's.</param>
/// <param name="cluster">The cluster of the component's pods.</param>
public sealed class ComponentProcesses(StateDirectory state, ClusterDirectory cluster)
{
    /// <summary>The processes that run now.</summary>
    /// <exception cref="LocalGardenException">There is no such component, or none of its processes runs.</exception>
    public async Task<IReadOnlyList<ComponentProcess>> FindAsync(string component, CancellationToken cancellationToken)
    {
        var found = HostProcesses.Of(state).FirstOrDefault(process => process.Name == component) is { } host
            ? host.Pid.FindRunning() is { } running ? [new ComponentProcess(host.Name, null, running.Id)] : []
            : await OfPodsAsync(component, cancellationToken);
        return found.Count > 0
            ? found
            : throw new LocalGardenException($"no process of \"{component}\" runs; `hortus logs {component}` may tell why");
    }

    private async Task<IReadOnlyList<ComponentProcess>> OfPodsAsync(string component, CancellationToken cancellationToken)
    {
        using var client = new GardenConnections(state).Open(cluster);
        var pods = ComponentPods.Find(await ComponentPods.ListAsync(client, cancellationToken), component)
            .Select(pod => pod.Pod.Key).ToHashSet();
        return
        [
            .. RunningContainers.Of(cluster.Kubelet)
                .Select(container => (Container: container, Pod: pods.FirstOrDefault(pod => IsOf(container, pod))))
                .Where(pair => pair.Pod is { Name: not null })
                .Select(pair => new ComponentProcess(
                    $"{pair.Pod}/{pair.Container.Container}", pair.Container.Image, pair.Container.Process.Id)),
        ];
    }

    private static bool IsOf(LocalContainer container, Objects.ObjectKey pod) =>
        container.Pod.Namespace == pod.Namespace && container.Pod.Name == pod.Name;
}
