using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet;

internal static partial class KubeletLog
{
    [LoggerMessage(7000, LogLevel.Information, "kubelet of node {Node} works in {RootDirectory} since {Time}")]
    public static partial void Started(this ILogger logger, string node, string rootDirectory, DateTimeOffset time);

    [LoggerMessage(7001, LogLevel.Information, "ended all containers of {RootDirectory}; {Mounts} mounts removed")]
    public static partial void RemainsRemoved(this ILogger logger, string rootDirectory, int mounts);

    [LoggerMessage(7002, LogLevel.Information, "adopted running container {Container} of pod {Namespace}/{Name}, process {Process}")]
    public static partial void Adopted(this ILogger logger, string @namespace, string name, string container, int process);

    [LoggerMessage(7003, LogLevel.Warning, "killed container {Container} of pod {Namespace}/{Name}: still running {Seconds} s after it was asked to end")]
    public static partial void Killed(this ILogger logger, string @namespace, string name, string container, double seconds);

    [LoggerMessage(7004, LogLevel.Information, "container {Container} of pod {Namespace}/{Name} ended with code {ExitCode}")]
    public static partial void Ended(this ILogger logger, string @namespace, string name, string container, int exitCode);

    [LoggerMessage(7005, LogLevel.Warning, "cannot write the log of container {Container} of pod {Namespace}/{Name}")]
    public static partial void LogFailed(this ILogger logger, Exception exception, string @namespace, string name, string container);
}
