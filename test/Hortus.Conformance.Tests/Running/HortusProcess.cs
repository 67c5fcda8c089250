using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Hortus.Conformance.Tests.Running;

/// <summary>A program that runs beside the tests; what it writes is kept.</summary>
public sealed class HortusProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private readonly Process process;
    private readonly StringBuilder log = new();
    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private HortusProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => Read($"ended with exit code {process.ExitCode}");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Everything it wrote.</summary>
    public string Log
    {
        get
        {
            lock (gate)
            {
                return log.ToString();
            }
        }
    }

    public static HortusProcess Start(string program, IEnumerable<string> arguments, string? workingFolder = null) =>
        new(Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingFolder ?? "",
        })!);

    /// <summary>Waits until it has written a line.</summary>
    /// <returns>The first group of the match.</returns>
    public async Task<string> WaitForAsync(Regex line)
    {
        using var deadline = new CancellationTokenSource(StartDeadline);
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (line.Match(log.ToString()) is { Success: true } match)
                {
                    return match.Groups[1].Value;
                }

                next = changed.Task;
            }

            if (process.HasExited || deadline.IsCancellationRequested)
            {
                await ReadToEndAsync(deadline.Token);
                throw new InvalidOperationException($"{process.StartInfo.FileName} did not start:\n{Log}");
            }

            await Task.WhenAny(next, Task.Delay(Timeout.Infinite, deadline.Token));
        }
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Asks it to end and waits until it has.</summary>
    public async Task StopAsync()
    {
        using var term = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        using var deadline = new CancellationTokenSource(StartDeadline);
        await process.WaitForExitAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            await KillAsync();
        }

        process.Dispose();
    }

    /// <summary>What it wrote last, why it did not start, is read after it is known to have ended.</summary>
    private async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // It still runs; what it wrote so far is in the log.
        }
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        TaskCompletionSource before;
        lock (gate)
        {
            log.AppendLine(line);
            before = changed;
            changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.TrySetResult();
    }
}
