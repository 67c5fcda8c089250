using Microsoft.Extensions.Hosting;

namespace Hortus.Kubelet.Server;

/// <summary>Leaves signals to the process that the kubelet runs in.</summary>
internal sealed class SilentLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
