using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary><c>hortus gardenlet</c>: keeps one seed and the shoots whose control planes live in it.</summary>
public sealed class GardenletComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "gardenlet";

    /// <summary>How to host the component.</summary>
    public static ComponentHostOptions HostOptions(GardenletOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new() { Name = Name, Kubeconfig = options.Kubeconfig, HealthPort = options.HealthPort };
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="Hortus.Client.KubeConfigException">A kubeconfig is unusable.</exception>
    /// <exception cref="IOException">The seed configuration cannot be read.</exception>
    public Task RunAsync(GardenletOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        return new GardenletModule(options, context).RunAsync(cancellationToken);
    }
}
