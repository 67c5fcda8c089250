using Hortus.Client;
using Hortus.Objects;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>Runs one reconciler over its queue.</summary>
internal sealed partial class Controller : IDisposable
{
    // What waits for a server is done soon after it is back, however long it was away.
    private static readonly TimeSpan AwayDelayMax = TimeSpan.FromSeconds(30);

    private readonly string name;
    private readonly IReconciler reconciler;
    private readonly ControllerManagerOptions surroundings;
    private readonly RuntimeMetrics metrics;
    private readonly ILogger log;

    public Controller(
        string name, IReconciler reconciler, ControllerManagerOptions surroundings, RuntimeMetrics metrics)
    {
        this.name = name;
        this.reconciler = reconciler;
        this.surroundings = surroundings;
        this.metrics = metrics;
        log = surroundings.Logs.CreateLogger(name);
        Queue = new WorkQueue(name, surroundings.Clock, metrics);
    }

    public WorkQueue Queue { get; }

    public int Workers { get; set; } = 5;

    public TimeSpan? Resync { get; set; }

    /// <summary>Gives all keys that a resync enqueues.</summary>
    public Func<IEnumerable<ObjectKey>> KnownKeys { get; set; } = () => [];

    public void Dispose() => Queue.Dispose();

    /// <summary>Runs the workers until cancelled and every started run has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        LogStarting(log, name, Workers);
        var loops = Enumerable.Range(
            0, Workers).Select(_ => Task.Run(() => WorkAsync(cancellationToken), CancellationToken.None));
        if (Resync is { } period)
        {
            loops = loops.Append(ResyncAsync(period, cancellationToken));
        }

        await Task.WhenAll(loops);
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var key = await Queue.TakeAsync(cancellationToken);
                try
                {
                    await HandleAsync(key, cancellationToken);
                }
                finally
                {
                    Queue.Done(key);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The normal end of a worker.
        }
    }

    private async Task HandleAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var startedAt = surroundings.Clock.GetTimestamp();
        var outcome = "error";
        metrics.Started(name);
        try
        {
            var result = await reconciler.ReconcileAsync(key, cancellationToken);
            Queue.Forget(key);
            outcome = result.RequeueAfter is null ? "success" : "requeue_after";
            if (result.RequeueAfter is { } delay)
            {
                Queue.AddAfter(key, delay);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            outcome = "cancelled";
            throw;
        }
        catch (TerminalReconcileException e)
        {
            Queue.Forget(key);
            LogTerminal(log, e, name, key.Namespace, key.Name);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Somebody was faster; the next run sees the newer state.
            outcome = "requeue";
            LogConflict(log, name, key.Namespace, key.Name, e.Message);
            Queue.AddRateLimited(key);
        }
        catch (Exception e) when (surroundings.Servers?.Knows(e) == true)
        {
            var delay = Queue.AddRateLimited(key, AwayDelayMax);
            LogAway(log, name, key.Namespace, key.Name, delay.TotalSeconds, e.Message);
        }
        catch (Exception e)
        {
            var delay = Queue.AddRateLimited(key);
            LogFailed(log, e, name, key.Namespace, key.Name, delay.TotalSeconds);
        }
        finally
        {
            metrics.Finished(name, outcome, surroundings.Clock.GetElapsedTime(startedAt));
        }
    }

    private async Task ResyncAsync(TimeSpan period, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, surroundings.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                foreach (var key in KnownKeys())
                {
                    Queue.Add(key);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The normal end.
        }
    }

    [LoggerMessage(2300, LogLevel.Debug, "controller {Controller}: starting {Workers} workers")]
    private static partial void LogStarting(ILogger logger, string controller, int workers);

    [LoggerMessage(2301, LogLevel.Error, "{Controller}: {Namespace}/{Name} failed, next try in {Seconds} s")]
    private static partial void LogFailed(
        ILogger logger, Exception exception, string controller, string? @namespace, string name, double seconds);

    [LoggerMessage(2302, LogLevel.Error, "{Controller}: {Namespace}/{Name} failed for good, waiting for it to change")]
    private static partial void LogTerminal(
        ILogger logger, Exception exception, string controller, string? @namespace, string name);

    [LoggerMessage(2303, LogLevel.Debug, "{Controller}: {Namespace}/{Name} changed meanwhile, trying again: {Reason}")]
    private static partial void LogConflict(
        ILogger logger, string controller, string? @namespace, string name, string reason);

    [LoggerMessage(2304, LogLevel.Debug, "{Controller}: {Namespace}/{Name} waits for a server, next try in {Seconds} s: {Reason}")]
    private static partial void LogAway(
        ILogger logger, string controller, string? @namespace, string name, double seconds, string reason);
}
