using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace Hortus.Flow;

/// <summary>Tells progress one call at a time, the newest state first in line, and never faster than asked
/// for.</summary>
internal sealed partial class ProgressReporter(FlowRunOptions options) : IDisposable
{
    private readonly Channel<FlowProgress> latest = Channel.CreateBounded<FlowProgress>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    private readonly CancellationTokenSource completed = new();

    public void Offer(FlowProgress progress)
    {
        if (options.Report is not null)
        {
            latest.Writer.TryWrite(progress);
        }
    }

    /// <summary>Ends the pauses: what is still unsaid is told at once.</summary>
    public void Complete()
    {
        latest.Writer.Complete();
        completed.Cancel();
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        FlowProgress? told = null;
        await foreach (var progress in latest.Reader.ReadAllAsync(CancellationToken.None))
        {
            if (told is not null && told.Percent == progress.Percent && told.Description == progress.Description)
            {
                continue;
            }

            await TellAsync(progress, cancellationToken);
            told = progress;
            if (options.ReportPeriod > TimeSpan.Zero)
            {
                await Task.Delay(options.ReportPeriod, options.Clock, completed.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    public void Dispose() => completed.Dispose();

    private async Task TellAsync(FlowProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            await options.Report!(progress, cancellationToken);
        }
        catch (Exception e)
        {
            LogReportFailed(options.Log, e.Message);
        }
    }

    [LoggerMessage(1320, LogLevel.Warning, "cannot report progress: {Reason}")]
    private static partial void LogReportFailed(ILogger logger, string reason);
}
