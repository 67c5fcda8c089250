using System.Diagnostics;
using System.Text;

namespace Hortus.Conformance.Tests.Running;

/// <summary>A component that runs beside a server, such as <c>hortus kubelet</c>: the built program.</summary>
public sealed class ComponentProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(20);
    private readonly Process process;
    private readonly StringBuilder log = new();

    /// <summary>Starts a subcommand with its flags.</summary>
    public ComponentProcess(string folder, params IReadOnlyList<string> arguments)
    {
        process = Process.Start(new ProcessStartInfo(ServerProcess.Locate(), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        })!;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Id => process.Id;

    public bool HasEnded => process.HasExited;

    /// <summary>Everything it wrote.</summary>
    public string Log
    {
        get
        {
            lock (log)
            {
                return log.ToString();
            }
        }
    }

    /// <summary>Asks it to end, and kills it when it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using (var terminate = Process.Start("kill", $"-TERM {process.Id}"))
            {
                await terminate.WaitForExitAsync();
            }

            using var deadline = new CancellationTokenSource(EndDeadline);
            try
            {
                await process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync();
            }
        }

        process.Dispose();
    }

    private void Keep(string? line)
    {
        lock (log)
        {
            log.AppendLine(line);
        }
    }
}
