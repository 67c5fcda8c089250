using Hortus.Host;
using Hortus.Kubelet.Containers;

namespace Hortus.Kubelet;

/// <summary>A container that runs on this machine.</summary>
/// <param name="Pod">Namespace and name of its pod.</param>
/// <param name="Container">Name in the pod.</param>
/// <param name="Image">As the pod has it.</param>
/// <param name="Process">Its first process, as this machine numbers it.</param>
public sealed record LocalContainer(Objects.ObjectKey Pod, string Container, string Image, ProcessIdentity Process);

/// <summary>Finds the processes of pods, from what a kubelet has written down.</summary>
public static class RunningContainers
{
    /// <summary>The containers of a kubelet that run now.</summary>
    /// <param name="rootDirectory">The kubelet's <c>--root-dir</c>; one that is not there has none.</param>
    public static IReadOnlyList<LocalContainer> Of(string rootDirectory) =>
    [
        .. from found in new ContainerStore(rootDirectory).Load()
           let record = found.Record
           where record is { IsRunning: true, Process: { } process } && ProcessTable.IsAlive(process)
           select new LocalContainer(
               new Objects.ObjectKey(record.PodNamespace, record.PodName), record.Name, record.Image, record.Process!.Value),
    ];
}
