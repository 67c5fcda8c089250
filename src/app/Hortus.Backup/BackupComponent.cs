using Hortus.Runtime;
using Hortus.Storage;
using Microsoft.Extensions.Logging;

namespace Hortus.Backup;

/// <summary><c>hortus backup run</c>: takes snapshots of an API server's store at once, at regular times, and when it is told to
/// stop. What fails is logged and tried again; the server is never concerned.</summary>
public sealed partial class BackupComponent
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromMinutes(2);

    // A pod has ten seconds to end; the rest of them is for the process itself.
    private static readonly TimeSpan LastMax = TimeSpan.FromSeconds(7);
    private readonly BackupOptions options;
    private readonly TimeProvider clock;
    private readonly ILogger logger;

    public BackupComponent(BackupOptions options, TimeProvider clock, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.clock = clock;
        this.logger = logger;
    }

    /// <summary>Runs until cancelled; then takes a last snapshot.</summary>
    /// <exception cref="SettingException">The options cannot work.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.Validate() is { Count: > 0 } faults)
        {
            throw new SettingException(string.Join("; ", faults));
        }

        try
        {
            await TakeAllAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var last = new CancellationTokenSource(LastMax, clock);
            await ((Task)TakeAsync(last.Token)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private async Task TakeAllAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            failures = await TakeAsync(cancellationToken) ? 0 : failures + 1;
            var retry = TimeSpan.FromTicks(Math.Min(RetryDelayMax.Ticks, RetryDelay.Ticks << Math.Min(failures, 10)));
            var delay = failures == 0 || retry > options.Period ? options.Period : retry;
            await Task.Delay(delay, clock, cancellationToken);
        }
    }

    private async Task<bool> TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Opened anew each time: credentials change while this runs.
            using var source = options.OpenSource(clock);
            using var target = BackupTargets.Open(options.To, options.CredentialsDir);
            var snapshots = new Snapshots(target, clock);
            if (await snapshots.TakeAsync(source, cancellationToken) is { } taken)
            {
                Taken(taken.ToString(), options.To);
            }

            foreach (var old in await snapshots.PruneAsync(source.Kind, options.Keep, cancellationToken))
            {
                Removed(old.ToString(), options.To);
            }

            return true;
        }
        catch (Exception fault) when (fault is StoreException or BackupException or IOException or UnauthorizedAccessException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            NotTaken(options.StoreName, options.To, fault.Message);
            return false;
        }
    }

    [LoggerMessage(8501, LogLevel.Information, "took {Snapshot} into {Target}")]
    private partial void Taken(string snapshot, string target);

    [LoggerMessage(8502, LogLevel.Information, "removed {Snapshot} from {Target}: newer ones are kept")]
    private partial void Removed(string snapshot, string target);

    [LoggerMessage(8503, LogLevel.Warning, "no snapshot of {Store} in {Target}: {Reason}")]
    private partial void NotTaken(string store, string target, string reason);
}
