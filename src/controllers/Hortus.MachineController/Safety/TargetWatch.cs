using Hortus.Client;
using Hortus.Objects.Kubernetes;
using Microsoft.Extensions.Logging;

namespace Hortus.MachineController.Safety;

/// <summary>Looks regularly whether the target's API server answers, and freezes or releases the controllers.</summary>
internal sealed partial class TargetWatch(MachineSurroundings surroundings, ILogger<TargetWatch> log)
{
    // While frozen each second counts for a cluster that is being made; an answer costs the server next to nothing.
    private static readonly TimeSpan FrozenPeriod = TimeSpan.FromMilliseconds(250);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var fault = await AskAsync(cancellationToken);
            if (surroundings.Freeze.Report(fault is null))
            {
                if (fault is null)
                {
                    LogBack(log);
                }
                else
                {
                    LogAway(log, fault);
                }
            }

            await Task.Delay(
                fault is null ? surroundings.Options.MachineSafetyApiserverStatuscheckPeriod : FrozenPeriod,
                surroundings.Clock,
                cancellationToken);
        }
    }

    private async Task<string?> AskAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(
            surroundings.Options.MachineSafetyApiserverStatuscheckTimeout, surroundings.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await surroundings.Target.Client.ListAsync<Node>(new ListOptions { Limit = 1 }, both.Token);
            await surroundings.Nodes.WaitForSyncAsync(both.Token);
            return null;
        }
        catch (ApiException e) when (e.Code < 500)
        {
            return $"it refuses this controller: {e.Message}";
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return e.Message;
        }
    }

    [LoggerMessage(6200, LogLevel.Warning, "the target's API server does not answer, machines are left as they are: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);

    [LoggerMessage(6201, LogLevel.Information, "the target's API server answers, going on")]
    private static partial void LogBack(ILogger logger);
}
