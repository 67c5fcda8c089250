using Hortus.Runtime;

namespace Hortus.Gardenlet;

/// <summary><c>hortus gardenlet</c>: keeps one seed and the shoots whose control planes live in it.</summary>
public sealed class GardenletComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "gardenlet";

    /// <summary>How to host the component.</summary>
    /// <exception cref="SettingException">The configuration is unusable; the message says where and why.</exception>
    public static ComponentHostOptions HostOptions(GardenletOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return GardenletSetupReader.Hosting(options);
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="Hortus.Client.KubeConfigException">A kubeconfig is unusable.</exception>
    /// <exception cref="SettingException">The configuration is unusable, or does not fit the garden.</exception>
    public async Task RunAsync(GardenletOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        var setup = GardenletSetupReader.Read(options);
        await new GardenletModule(setup, context).RunAsync(cancellationToken);
    }
}
