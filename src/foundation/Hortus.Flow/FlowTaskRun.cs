using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Hortus.Flow;

/// <summary>Runs one task with its retries. Never throws: every ending is a result.</summary>
internal sealed partial class FlowTaskRun(FlowTask task, FlowRunOptions options)
{
    private static readonly ActivitySource Traces = new("Hortus.Flow");

    private int tries;

    public async Task<FlowTaskResult> RunAsync(CancellationToken cancellationToken)
    {
        var startedAt = options.Clock.GetTimestamp();
        using var activity = Traces.StartActivity(task.Id);
        try
        {
            if (task.SkipIf?.Invoke() == true)
            {
                return Result(FlowTaskState.Skipped, null);
            }

            LogStarted(options.Log, task.Id);
            await TryUntilDoneAsync(cancellationToken);
            LogSucceeded(options.Log, task.Id, options.Clock.GetElapsedTime(startedAt).TotalSeconds);
            return Result(FlowTaskState.Succeeded, null);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Result(FlowTaskState.Cancelled, null);
        }
        catch (Exception e)
        {
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            LogFailed(options.Log, task.Id, tries, e.Message);
            return Result(FlowTaskState.Failed, e);
        }

        FlowTaskResult Result(FlowTaskState state, Exception? error) =>
            new(task.Id, state, options.Clock.GetElapsedTime(startedAt), tries, error);
    }

    private async Task TryUntilDoneAsync(CancellationToken cancellationToken)
    {
        if (task.Retry is not { } retry)
        {
            await TryOnceAsync(cancellationToken, cancellationToken);
            return;
        }

        using var deadline = new CancellationTokenSource(retry.Timeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        Exception? last = null;
        while (true)
        {
            try
            {
                await TryOnceAsync(both.Token, both.Token);
                return;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && (retry.When?.Invoke(e) ?? true))
            {
                // What the last full try said explains more than the cancellation of the one that ran out of time.
                last = deadline.IsCancellationRequested && e is OperationCanceledException ? last ?? e : e;
                LogRetry(options.Log, task.Id, tries, e.Message);
            }

            try
            {
                await Task.Delay(retry.Interval, options.Clock, both.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw last is OperationCanceledException
                    ? new TimeoutException($"no result within {retry.Timeout.TotalSeconds} s", last)
                    : new TimeoutException(
                        $"still failing after {retry.Timeout.TotalSeconds} s and {tries} tries: {last!.Message}", last);
            }
        }
    }

    private async Task TryOnceAsync(CancellationToken token, CancellationToken outer)
    {
        tries++;
        if (task.Timeout is not { } limit)
        {
            await task.Run(token);
            return;
        }

        using var deadline = new CancellationTokenSource(limit, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, outer);
        try
        {
            await task.Run(both.Token);
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !outer.IsCancellationRequested)
        {
            throw new TimeoutException($"no result within {limit.TotalSeconds} s", e);
        }
    }

    [LoggerMessage(1310, LogLevel.Debug, "task {Task} started")]
    private static partial void LogStarted(ILogger logger, string task);

    [LoggerMessage(1311, LogLevel.Information, "task {Task} succeeded after {Seconds:F1} s")]
    private static partial void LogSucceeded(ILogger logger, string task, double seconds);

    [LoggerMessage(1312, LogLevel.Warning, "task {Task} failed after {Tries} tries: {Reason}")]
    private static partial void LogFailed(ILogger logger, string task, int tries, string reason);

    [LoggerMessage(1313, LogLevel.Debug, "task {Task}: try {Tries} failed: {Reason}")]
    private static partial void LogRetry(ILogger logger, string task, int tries, string reason);
}
