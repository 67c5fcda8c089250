using Hortus.Host;
using Hortus.Kubelet;
using Hortus.Local.Node;
using Microsoft.Extensions.Logging;

namespace Hortus.Local;

/// <summary>Stops a local garden: no process, network namespace, mount or interface of it is left. The data stays, so that
/// the next start brings the same garden back.</summary>
public sealed class TearDown(StateDirectory state, TimeProvider time, ILoggerFactory loggers)
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    /// <summary>Stops everything; a garden that does not run is a success.</summary>
    /// <param name="deleteState">Delete the state directory as well: the garden's data is gone then.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public async Task RunAsync(bool deleteState, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(state.Root))
        {
            return;
        }

        await new ProcessFile(state.NodePid).StopAsync(Grace, time, cancellationToken);
        await Task.WhenAll(state.Clusters.Select(cluster => StopAsync(cluster, cancellationToken)));
        if (deleteState)
        {
            Directory.Delete(state.Root, recursive: true);
        }
    }

    private async Task StopAsync(ClusterDirectory cluster, CancellationToken cancellationToken)
    {
        await new ProcessFile(cluster.KubeletPid).StopAsync(Grace, time, cancellationToken);
        await KubeletCleanup.RunAsync(cluster.Kubelet, loggers, cancellationToken);
        await new NodeNetwork(cluster).DeleteAsync(cancellationToken);
    }
}
