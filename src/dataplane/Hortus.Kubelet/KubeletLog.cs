using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet;

internal static partial class KubeletLog
{
    [LoggerMessage(7000, LogLevel.Information, "kubelet of node {Node} works in {RootDirectory} since {Time}")]
    public static partial void Started(this ILogger logger, string node, string rootDirectory, DateTimeOffset time);

    [LoggerMessage(7001, LogLevel.Information, "ended all containers of {RootDirectory}; {Mounts} mounts removed")]
    public static partial void RemainsRemoved(this ILogger logger, string rootDirectory, int mounts);
}
