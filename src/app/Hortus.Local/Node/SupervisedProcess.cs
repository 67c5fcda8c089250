using System.Diagnostics;
using Hortus.Host;
using Microsoft.Extensions.Logging;

namespace Hortus.Local.Node;

/// <summary>Keeps one program running: starts it again when it ends, with growing pauses while it keeps failing.</summary>
public sealed partial class SupervisedProcess(
    string name, IReadOnlyList<string> command, string logFile, ProcessFile file, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled; the program has ended when the task completes.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        // An earlier supervisor may have been killed and its child left behind.
        await file.StopAsync(Grace, time, cancellationToken);
        var pause = PauseMin;
        while (!cancellationToken.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var exitCode = await RunOnceAsync(cancellationToken);
            if (cancellationToken.IsCancellationRequested)
            {
                return;
            }

            var ran = time.GetElapsedTime(began);
            pause = ran > StableAfter ? PauseMin : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, PauseMax.Ticks));
            Ended(name, exitCode, ran.TotalSeconds, pause.TotalSeconds);
            await Task.Delay(pause, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        // The shell gives the program the log as its own file, so that it outlives this process.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1", "sh", logFile, .. command]);
        using var process = ProcessRunner.Start(start);
        file.Write(process.Id);
        Started(name, process.Id);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await file.StopAsync(Grace, time, CancellationToken.None);
            await process.WaitForExitAsync(CancellationToken.None);
        }

        file.Delete();
        return process.ExitCode;
    }

    [LoggerMessage(8201, LogLevel.Information, "{Program} started with pid {Pid}")]
    private partial void Started(string program, int pid);

    [LoggerMessage(8202, LogLevel.Warning,
        "{Program} ended with exit code {ExitCode} after {Seconds} s; starting it again in {PauseSeconds} s")]
    private partial void Ended(string program, int exitCode, double seconds, double pauseSeconds);
}
