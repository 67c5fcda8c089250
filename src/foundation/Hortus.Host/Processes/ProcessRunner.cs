using System.ComponentModel;
using System.Diagnostics;

namespace Hortus.Host;

/// <summary>Runs programs as children of this process.</summary>
public sealed class ProcessRunner : IProcessRunner
{
    public async Task<ProcessResult> RunAsync(ProcessCommand command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (command.Environment is not null)
        {
            start.Environment.Clear();
            foreach (var (name, value) in command.Environment)
            {
                start.Environment[name] = value;
            }
        }

        using var process = Start(start);
        using var kill = cancellationToken.Register(
            static state => ProcessTable.KillTree(((Process)state!).Id), process);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.StandardInput.WriteAsync(command.Input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program did not read all of its input; its exit code tells whether that matters.
        }

        await process.WaitForExitAsync(cancellationToken);
        return new ProcessResult(
            process.ExitCode, await output.WaitAsync(cancellationToken), await error.WaitAsync(cancellationToken));
    }

    /// <summary>Starts a process, with a readable error when the program is missing.</summary>
    /// <exception cref="HostException">The program does not exist or cannot be started.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new HostException($"{start.FileName}: the system started no process");
        }
        catch (Win32Exception e)
        {
            throw new HostException($"cannot start {start.FileName}: {e.Message}; install it or correct PATH", e);
        }
    }
}
