using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet;

/// <summary>Ends what a kubelet left running.</summary>
public static class KubeletCleanup
{
    /// <summary>
    /// Kills all containers of a root directory, and removes their network namespaces, links, mounts and nftables
    /// tables. The kubelet must not run any more. Files stay, so that volumes survive. Works again after a partial
    /// failure.
    /// </summary>
    /// <param name="rootDirectory">The kubelet's <c>--root-dir</c>; one that does not exist is a success.</param>
    public static Task RunAsync(string rootDirectory, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        Directory.Exists(rootDirectory)
            ? new Containers.ContainerRemains(rootDirectory, loggers).RemoveAsync(cancellationToken)
            : Task.CompletedTask;
}
