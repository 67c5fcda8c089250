using System.Diagnostics;
using System.Text;

namespace Hortus.Testing;

/// <summary>A server in a process of its own. It serves when a line that it prints says so.</summary>
public sealed class ServerProcess
{
    private readonly StringBuilder log = new();
    private readonly TaskCompletionSource<string> serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Process process;

    private ServerProcess(ProcessStartInfo start, Func<string, bool> saysThatItServes, Action<string>? printed)
    {
        start.RedirectStandardError = true;
        start.RedirectStandardOutput = true;
        process = new Process { StartInfo = start };
        process.ErrorDataReceived += Read;
        process.OutputDataReceived += Read;
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();

        void Read(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is not { } text)
            {
                return;
            }

            lock (log)
            {
                log.AppendLine(text);
            }

            printed?.Invoke(text);
            if (saysThatItServes(text))
            {
                serving.TrySetResult(text);
            }
        }
    }

    /// <summary>The line that said that it serves.</summary>
    public string ServingLine { get; private set; } = "";

    /// <summary>Starts a server and waits until it serves.</summary>
    /// <param name="start">What to run.</param>
    /// <param name="saysThatItServes">Whether a line says so.</param>
    /// <param name="printed">Gets each line, one call at a time for each of its two outputs; null when nobody wants them.</param>
    /// <param name="cancellationToken">Ends the wait, and the server with it.</param>
    /// <exception cref="InvalidOperationException">It ended; the message has what it printed.</exception>
    public static async Task<ServerProcess> StartAsync(
        ProcessStartInfo start, Func<string, bool> saysThatItServes, Action<string>? printed, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(start);
        ArgumentNullException.ThrowIfNull(saysThatItServes);
        var server = new ServerProcess(start, saysThatItServes, printed);
        var ended = server.process.WaitForExitAsync(cancellationToken);
        await Task.WhenAny(server.serving.Task, ended);
        if (server.serving.Task.IsCompleted)
        {
            server.ServingLine = await server.serving.Task;
            return server;
        }

        await server.KillAsync();
        cancellationToken.ThrowIfCancellationRequested();
        throw new InvalidOperationException($"{start.FileName} ended:\n{server.Log()}");
    }

    /// <summary>What it has printed.</summary>
    public string Log()
    {
        lock (log)
        {
            return log.ToString();
        }
    }

    /// <summary>Ends it as a power cut would.</summary>
    public async Task KillAsync()
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
