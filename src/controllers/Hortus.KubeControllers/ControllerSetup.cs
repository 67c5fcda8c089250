using Hortus.Client;
using Hortus.KubeControllers.Collection;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.KubeControllers;

/// <summary>What every controller of this project is made of.</summary>
internal sealed record ControllerSetup : IDisposable
{
    private ResourceGraph? graph;

    public required IControllerManager Manager { get; init; }

    public required TimeProvider Clock { get; init; }

    public required ILoggerFactory Logs { get; init; }

    /// <summary>Says which servers are away; null when nobody does.</summary>
    public ServerLog? Servers { get; init; }

    /// <summary>For names and jitter.</summary>
    public required Random Random { get; init; }

    public required KubeControllerManagerOptions Options { get; init; }

    public IKubernetesClient Client => Manager.Client;

    /// <summary>All objects of the server by owner; runs when a controller asks for it.</summary>
    public ResourceGraph Graph => graph ??= new ResourceGraph(this);

    /// <summary>Adds a controller; see <see cref="IControllerManager.AddController"/>.</summary>
    public void AddController(string name, IReconciler reconciler, Action<IControllerBuilder> configure) =>
        Manager.AddController(name, new TerminatingNamespaceGuard(reconciler), configure);

    /// <summary>Runs what some controllers need beside their workers, until cancelled.</summary>
    public Task RunAsync(CancellationToken cancellationToken) =>
        graph?.RunAsync(cancellationToken) ?? Task.CompletedTask;

    public void Dispose() => graph?.Dispose();
}
