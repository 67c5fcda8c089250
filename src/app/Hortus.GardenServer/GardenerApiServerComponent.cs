using Hortus.ApiServer;
using Hortus.ApiServer.Delegation;
using Hortus.Client;
using Hortus.GardenApi;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.GardenServer;

/// <summary><c>hortus gardener-apiserver</c>: serves Gardener's groups behind the API server of a host cluster, which passes
/// requests on, knows the users and their rights, and holds all other kinds.</summary>
public sealed class GardenerApiServerComponent
{
    /// <summary>Name of the component.</summary>
    public const string Name = "gardener-apiserver";

    /// <summary>How to host the component.</summary>
    public static ComponentHostOptions HostOptions(GardenerApiServerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new() { Name = Name, Kubeconfig = options.Kubeconfig };
    }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="IOException">The port is taken, the store is locked, a file cannot be read; the message says what to
    /// do.</exception>
    /// <exception cref="KubeConfigException">A kubeconfig is unusable.</exception>
    public async Task RunAsync(
        GardenerApiServerOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(context);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var host = new HostCluster(
            new HostClients(
                context.Client,
                Connect(options.AuthenticationKubeconfig, options, context),
                Connect(options.AuthorizationKubeconfig, options, context)),
            context);
        var following = host.RunAsync(options.ClusterIdentity, end.Token);
        try
        {
            var server = new ApiServerComponent(
                // Gardenlets are judged here, where their seeds are known, before the host is asked.
                [new GardenApiPlugin(options.ToGarden(), host.Objects), new DelegationPlugin(host)], context.Clock, context.Logs)
            {
                StandsAlone = false,
            };
            await server.RunAsync(options.ToServer(), cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await following;
        }
    }

    private static IKubernetesClient Connect(
        string? kubeconfig, GardenerApiServerOptions options, ComponentContext context) =>
        kubeconfig is null || kubeconfig == options.Kubeconfig ? context.Client : context.Connect(kubeconfig);
}
