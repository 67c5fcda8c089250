namespace Hortus.ApiServer.Hosting;

/// <summary>Tells the parts of a server that it is going to stop, and that it stops.</summary>
internal sealed class ShutdownSignal : IDisposable
{
    private readonly CancellationTokenSource draining = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>The server still serves, but says that it is not ready.</summary>
    public CancellationToken Draining => draining.Token;

    /// <summary>Watches and background work end.</summary>
    public CancellationToken Stopping => stopping.Token;

    public Task DrainAsync() => draining.CancelAsync();

    public async Task StopAsync()
    {
        await draining.CancelAsync();
        await stopping.CancelAsync();
    }

    public void Dispose()
    {
        draining.Dispose();
        stopping.Dispose();
    }
}
