using System.Net.Sockets;
using Hortus.Client;

namespace Hortus.Local.Bootstrap;

/// <summary>Asks a server that may still start until it answers.</summary>
internal static class Attempts
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Calls again and again until it works. The connection is refused until the server listens; there is nothing to watch
    /// before that.</summary>
    public static async Task UntilItWorksAsync(Func<Task> call, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (Exception failure) when (failure is HttpRequestException or SocketException or IOException or ApiException)
            {
                await Task.Delay(Pause, time, cancellationToken);
            }
        }
    }
}
