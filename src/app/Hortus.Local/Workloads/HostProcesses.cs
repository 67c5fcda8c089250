using Hortus.Local.Node;

namespace Hortus.Local.Workloads;

/// <summary>A process of a local garden that is no pod.</summary>
/// <param name="Name">Its subcommand, followed by the name of the seed for that of a further seed.</param>
/// <param name="Log">File with what it says.</param>
/// <param name="Pid">File that names it while it runs.</param>
public sealed record HostProcess(string Name, string Log, ProcessFile Pid);

/// <summary>The processes of a local garden that are no pods.</summary>
public static class HostProcesses
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<HostProcess> Of(StateDirectory state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return
        [
            new HostProcess("local-node", state.NodeLog, new ProcessFile(state.NodePid)),
            .. state.Clusters.Select(
                cluster => new HostProcess(cluster.KubeletName, cluster.KubeletLog, new ProcessFile(cluster.KubeletPid))),
        ];
    }
}
