using Hortus.Runtime;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.KubeControllers;

/// <summary>
/// <c>hortus kube-controller-manager</c>: the controllers that a bare API server lacks, and a pod scheduler. Host it
/// with
/// <see cref="ComponentHost"/> and the options of <see cref="HostOptions"/>.
/// </summary>
public sealed partial class KubeControllerManagerComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "kube-controller-manager";

    /// <summary>How to host the component: connection, lease and health port.</summary>
    public static ComponentHostOptions HostOptions(KubeControllerManagerOptions options) => new()
    {
        Name = Name,
        Kubeconfig = options.Kubeconfig,
        HealthPort = options.HealthPort,
        LeaderElection = options.LeaderElect ? new LeaderElectionOptions { Namespace = "kube-system", Name = Name }
            : null,
    };

    /// <summary>Runs the controllers until cancelled.</summary>
    /// <exception cref="IOException">A file that the options name cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A key or certificate file is
    /// unusable.</exception>
    public async Task RunAsync(
        KubeControllerManagerOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        var manager = context.CreateManager();
        using var setup = new ControllerSetup
        {
            Manager = manager,
            Clock = context.Clock,
            Logs = context.Logs,
            Servers = context.Servers,
            Random = context.Random,
            Options = options,
        };
        var log = context.Logs.CreateLogger<KubeControllerManagerComponent>();
        foreach (var controller in ControllerCatalog.All)
        {
            if (options.IsEnabled(controller.Name, controller.ShortName))
            {
                controller.Add(setup);
            }
            else
            {
                LogOff(log, controller.Name);
            }
        }

        context.Health.Add("caches", HealthProbes.Ready, () => manager.HasSynced ? null : "caches are being filled");

        await Task.WhenAll(manager.RunAsync(cancellationToken), setup.RunAsync(cancellationToken));
    }

    [LoggerMessage(6100, LogLevel.Information, "controller {Controller} is switched off")]
    private static partial void LogOff(ILogger logger, string controller);
}
