using Hortus.Client;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;
using Hortus.Runtime;
using Microsoft.Extensions.Logging;

namespace Hortus.Operator;

/// <summary>Follows what the virtual garden says of extensions and gardenlets, from the time on when it answers until it is
/// deleted.</summary>
internal sealed partial class VirtualGardenConnection(
    IControllerManager manager,
    ComponentContext context,
    VirtualGardenSecrets secrets,
    IVirtualGardenAccess access,
    GardenletControllers gardenlets)
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(2);
    private static readonly ObjectKey ApiServer = new(VirtualGardenNames.Namespace, VirtualGardenNames.ApiServer);

    private readonly ILogger log = context.Logs.CreateLogger<VirtualGardenConnection>();

    /// <summary>Runs until cancelled; a connection that fails is made again.</summary>
    public async Task RunAsync(VirtualInstallations installations, CancellationToken cancellationToken)
    {
        var servers = manager.CacheOf<StatefulSet>(new CacheScope(Namespace: VirtualGardenNames.Namespace));
        while (true)
        {
            await servers.WaitAsync(ApiServer, IsReady, cancellationToken);
            using var current = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            try
            {
                var authorities = await secrets.EnsureAuthoritiesAsync(cancellationToken);
                var garden = context.CreateManager(await access.ConnectAsync(authorities, cancellationToken));
                gardenlets.Add(garden, authorities);
                var gone = EndAsync(servers, current);
                await installations.FollowAsync(garden, current.Token);
                await current.CancelAsync();
                await gone;
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or KubeConfigException)
            {
                LogBroken(log, e.Message);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The garden went; the next one may come.
            }

            await Task.Delay(RetryPeriod, context.Clock, cancellationToken);
        }
    }

    private static bool IsReady(StatefulSet? server) => server is { Metadata.DeletionTimestamp: null, Status.ReadyReplicas: > 0 };

    // A server that is only restarted keeps its connection: the watches find it again.
    private static async Task EndAsync(IObjectCache<StatefulSet> servers, CancellationTokenSource current)
    {
        try
        {
            await servers.WaitAsync(ApiServer, server => server is not { Metadata.DeletionTimestamp: null }, current.Token);
            await current.CancelAsync();
        }
        catch (OperationCanceledException) when (current.IsCancellationRequested)
        {
            // The connection has ended first.
        }
    }

    [LoggerMessage(5110, LogLevel.Warning, "no connection to the virtual garden, trying again: {Reason}")]
    private static partial void LogBroken(ILogger logger, string reason);
}
