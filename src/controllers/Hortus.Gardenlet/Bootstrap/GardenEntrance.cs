using System.Collections.Concurrent;
using Hortus.Client;
using Hortus.Runtime;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.Gardenlet;

/// <summary>The way into the garden of a process: one client for each set of credentials.</summary>
internal sealed partial class GardenEntrance(GardenAccessSettings settings, ComponentContext context)
{
    private const string CheckName = "garden";

    private readonly ConcurrentDictionary<ClientConnection, KubernetesClient> clients = [];
    private readonly ILogger log = context.Logs.CreateLogger<GardenEntrance>();

    private KubeconfigSecrets Secrets => new(context.Client, settings);

    /// <summary>Gets credentials where there are none, and opens the client that the gardenlet works with.</summary>
    /// <exception cref="GardenAccessException">There is no access.</exception>
    /// <exception cref="SettingException">The garden's version does not fit.</exception>
    public async Task<(KubernetesClient Client, GardenPass Pass)> EnterAsync(CancellationToken cancellationToken)
    {
        var bootstrap = new GardenBootstrap(Secrets, settings, Connect, context.Clock, context.Logs);
        context.Health.Add(CheckName, HealthProbes.Ready, () => bootstrap.Fault);
        var credentials = await bootstrap.EnsureAsync(cancellationToken);
        var client = Connect(credentials.Connection);
        await GardenVersion.CheckAsync(client, BuildVersion.Current, cancellationToken);
        return (client, new GardenPass(credentials, settings, context.Random, client.Reconnect));
    }

    /// <summary>What a process that does not lead does: it finds out whether it could, before the one that leads goes for it.</summary>
    /// <exception cref="SettingException">The garden's version does not fit.</exception>
    public async Task StandByAsync(CancellationToken cancellationToken)
    {
        string? fault = "the version of the garden is not checked yet";
        context.Health.Add("garden-version", HealthProbes.Ready, () => fault);
        while (fault is not null)
        {
            try
            {
                // Without credentials there is nobody to ask: the one that leads gets them, and checks then.
                if (await Secrets.ReadAsync(cancellationToken) is { } credentials && credentials.Validity?.IsExpired(context.Clock) != true)
                {
                    await GardenVersion.CheckAsync(Connect(credentials.Connection), BuildVersion.Current, cancellationToken);
                }

                fault = null;
            }
            catch (Exception e) when (e is GardenAccessException or ApiException or HttpRequestException or IOException)
            {
                fault = e.Message;
                LogUnchecked(log, e.Message);
                await Task.Delay(GardenBootstrap.Pause, context.Clock, cancellationToken);
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, context.Clock, cancellationToken);
    }

    private KubernetesClient Connect(ClientConnection connection) => clients.GetOrAdd(connection, context.Connect);

    [LoggerMessage(7127, LogLevel.Warning, "the version of the garden is not known: {Reason}")]
    private static partial void LogUnchecked(ILogger logger, string reason);
}
