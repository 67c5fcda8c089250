using Hortus.Client;
using Hortus.Extensions;
using Hortus.Runtime;

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
        _ = driver;
        var control = context.CreateManager();
        var target = context.CreateManager(context.Connect(options.TargetKubeconfig));
        return Task.WhenAll(control.RunAsync(cancellationToken), target.RunAsync(cancellationToken));
    }
}
