using Hortus.Client;
using Hortus.Extensions;
using Hortus.MachineController.Safety;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.MachineController;

/// <summary><c>hortus machine-controller-manager</c>: turns machine objects of one namespace into nodes of a cluster.</summary>
/// <param name="drivers">Makes the driver with the name of <see cref="MachineControllerManagerOptions.Driver"/> on the client
/// of the cluster with the machine objects; null when there is no driver with that name.</param>
public sealed class MachineControllerManagerComponent(Func<string, IKubernetesClient, IMachineDriver?> drivers)
{
    /// <summary>Name of the component.</summary>
    public const string Name = "machine-controller-manager";

    /// <summary>How to host the component.</summary>
    public static ComponentHostOptions HostOptions(MachineControllerManagerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new() { Name = Name, Kubeconfig = options.ControlKubeconfig, HealthPort = options.HealthPort };
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="KubeConfigException">A kubeconfig is unusable.</exception>
    /// <exception cref="ArgumentException">There is no driver with the given name.</exception>
    public Task RunAsync(
        MachineControllerManagerOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var driver = drivers(options.Driver, context.Client)
            ?? throw new ArgumentException($"--driver: there is no machine driver \"{options.Driver}\"", nameof(options));
        var control = context.CreateManager();
        var target = context.CreateManager(context.Connect(options.TargetKubeconfig));
        var surroundings = new MachineSurroundings(control, target, driver, options, context.Clock);
        return RunAsync(surroundings, context.Logs, cancellationToken);
    }

    /// <summary>Runs all controllers until cancelled or until one of their managers fails.</summary>
    internal static async Task RunAsync(MachineSurroundings surroundings, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        MachineControllers.AddAll(surroundings);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] parts =
        [
            surroundings.Control.RunAsync(stop.Token),
            surroundings.Target.RunAsync(stop.Token),
            new TargetWatch(surroundings, logs.CreateLogger<TargetWatch>()).RunAsync(stop.Token),
            new OrphanSearch(surroundings, logs.CreateLogger<OrphanSearch>()).RunAsync(stop.Token),
        ];
        var first = await Task.WhenAny(parts);
        await stop.CancelAsync();
        await Task.WhenAll(parts.Select(part => part.ContinueWith(_ => { }, TaskScheduler.Default)));
        cancellationToken.ThrowIfCancellationRequested();
        await first;
    }
}
