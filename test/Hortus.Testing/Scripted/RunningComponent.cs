using Hortus.Client;
using Hortus.Runtime;

namespace Hortus.Testing.Scripted;

/// <summary>A component at work inside the test's process. Dispose it to stop it and wait for its end.</summary>
public sealed class RunningComponent : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task<int> running;

    private RunningComponent(ComponentHostOptions options, Func<ComponentContext, CancellationToken, Task> run) =>
        running = Task.Run(() => ComponentHost.RunAsync(options, run, stop.Token), CancellationToken.None);

    /// <summary>Starts a component as its host does, with a client that stays the caller's.</summary>
    public static RunningComponent Start(
        string name, IKubernetesClient client, TimeProvider clock, Func<ComponentContext, CancellationToken, Task> run) =>
        new(new ComponentHostOptions { Name = name, Client = client, Clock = clock, HandleSignals = false }, run);

    /// <summary>Starts a component hosted as it says itself, with a client that stays the caller's.</summary>
    public static RunningComponent Start(
        ComponentHostOptions options, IKubernetesClient client, Func<ComponentContext, CancellationToken, Task> run) =>
        new(options with { Client = client, HandleSignals = false }, run);

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }
}
