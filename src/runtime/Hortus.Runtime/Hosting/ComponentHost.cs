using System.Runtime.InteropServices;
using Hortus.Client;
using Hortus.Telemetry;
using Microsoft.Extensions.Logging;

namespace Hortus.Runtime;

/// <summary>Starts every component the same way: logs, signals, health and metrics endpoint, leader election, exit
/// code.</summary>
public static partial class ComponentHost
{
    private static readonly TimeSpan TrimDelay = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Runs a component until it returns, fails, loses its lease, or the token or a signal stops it. Never throws: what
    /// goes wrong is logged and becomes the exit code.
    /// </summary>
    /// <param name="options">Names, connections and ports.</param>
    /// <param name="run">The component. Cancellation is the normal end: returning or throwing
    /// <see cref="OperationCanceledException"/> then are both a success.</param>
    /// <param name="cancellationToken">Stops the component.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        ComponentHostOptions options,
        Func<ComponentContext, CancellationToken, Task> run,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var logs = new LogFactory(options.Log, options.Clock);
        var log = logs.CreateLogger(options.Name);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var term = OnSignal(PosixSignal.SIGTERM, options, stop, log);
        using var interrupt = OnSignal(PosixSignal.SIGINT, options, stop, log);
        try
        {
            using var context = new ComponentContext(options, logs, NewRandom());
            LogStarting(log, options.Name, context.Identity);
            _ = options.HandleSignals ? TrimAsync(options.Clock, stop.Token) : Task.CompletedTask;
            await using var health = await StartEndpointAsync(options.HealthPort, options, context, stop.Token);
            var other = options.MetricsPort == options.HealthPort ? 0 : options.MetricsPort;
            await using var metrics = await StartEndpointAsync(other, options, context, stop.Token);
            var code = await RunToEndAsync(options, context, run, log, stop.Token);
            LogStopped(log, options.Name, code);
            return code;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            LogStopped(log, options.Name, ExitCode.Success);
            return ExitCode.Success;
        }
        catch (LeadershipLostException e)
        {
            LogLeadershipLost(log, options.Name, e.Message);
            return ExitCode.LeadershipLost;
        }
        catch (Exception e) when (e is KubeConfigException or SettingException)
        {
            LogBadConfiguration(log, options.Name, e.Message);
            return ExitCode.BadConfiguration;
        }
        catch (Exception e)
        {
            LogFailed(log, e, options.Name);
            return ExitCode.Failure;
        }
    }

    private static async Task<int> RunToEndAsync(
        ComponentHostOptions options,
        ComponentContext context,
        Func<ComponentContext, CancellationToken, Task> run,
        ILogger log,
        CancellationToken stop)
    {
        var work = options.Beside is { } beside
            ? RunTogetherAsync(ct => RunElectedAsync(options, context, run, ct), ct => beside(context, ct), stop)
            : RunElectedAsync(options, context, run, stop);
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.Register(() => stopped.TrySetResult());
        if (await Task.WhenAny(work, stopped.Task) != work)
        {
            try
            {
                await work.WaitAsync(options.DrainTimeout, options.Clock, CancellationToken.None);
            }
            catch (TimeoutException)
            {
                LogDrainTimeout(log, options.Name, options.DrainTimeout.TotalSeconds);
                return ExitCode.Failure;
            }
        }

        await work;
        return ExitCode.Success;
    }

    private static Task RunElectedAsync(
        ComponentHostOptions options,
        ComponentContext context,
        Func<ComponentContext, CancellationToken, Task> run,
        CancellationToken stop) => options.LeaderElection is { } election
        ? new LeaderElector(context.Client, election with { Identity = election.Identity ?? context.Identity }, context)
            .RunAsync(ct => run(context, ct), stop)
        : Task.Run(() => run(context, stop), stop);

    private static async Task RunTogetherAsync(
        Func<CancellationToken, Task> first, Func<CancellationToken, Task> second, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        Task[] both = [Task.Run(() => first(either.Token), stop), Task.Run(() => second(either.Token), stop)];
        var ended = await Task.WhenAny(both);
        await either.CancelAsync();
        await Task.WhenAll(both).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended;
    }

    // Starting leaves much behind that is never used again, and a process that then has little to do would keep it for hours,
    // because collections come with allocations. A garden is many such processes on one machine.
    private static async Task TrimAsync(TimeProvider clock, CancellationToken stop)
    {
        await Task.Delay(TrimDelay, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!stop.IsCancellationRequested)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }

    private static async Task<HealthEndpoint?> StartEndpointAsync(
        int port, ComponentHostOptions options, ComponentContext context, CancellationToken cancellationToken)
    {
        if (port == 0)
        {
            return null;
        }

        var endpoint = new HealthEndpoint(context.Health, context.Metrics, context.Logs);
        await endpoint.StartAsync(new(options.HealthAddress, port), cancellationToken);
        return endpoint;
    }

    // A second signal finds no handler that holds it back and ends the process at once.
    private static PosixSignalRegistration? OnSignal(
        PosixSignal signal, ComponentHostOptions options, CancellationTokenSource stop, ILogger log) =>
        !options.HandleSignals ? null : PosixSignalRegistration.Create(signal, context =>
        {
            if (!stop.IsCancellationRequested)
            {
                context.Cancel = true;
                LogSignal(log, options.Name, signal.ToString());
                stop.Cancel();
            }
        });

    private static Random NewRandom()
    {
#pragma warning disable RS0030 // The host is the root from which components get their randomness.
        return Random.Shared;
#pragma warning restore RS0030
    }

    [LoggerMessage(2000, LogLevel.Information, "starting {Component} as {Identity}")]
    private static partial void LogStarting(ILogger logger, string component, string identity);

    [LoggerMessage(2001, LogLevel.Information, "{Component} stopped with exit code {Code}")]
    private static partial void LogStopped(ILogger logger, string component, int code);

    [LoggerMessage(2002, LogLevel.Information, "{Component} received {Signal}, stopping")]
    private static partial void LogSignal(ILogger logger, string component, string signal);

    [LoggerMessage(2003, LogLevel.Error, "{Component} stopped: {Reason}")]
    private static partial void LogLeadershipLost(ILogger logger, string component, string reason);

    [LoggerMessage(2004, LogLevel.Error, "{Component} cannot start: {Reason}")]
    private static partial void LogBadConfiguration(ILogger logger, string component, string reason);

    [LoggerMessage(2005, LogLevel.Critical, "{Component} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string component);

    [LoggerMessage(2006, LogLevel.Error, "{Component} did not stop within {Seconds} s, giving up on it")]
    private static partial void LogDrainTimeout(ILogger logger, string component, double seconds);
}
