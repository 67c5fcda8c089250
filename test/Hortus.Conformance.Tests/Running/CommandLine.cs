using System.Diagnostics;

namespace Hortus.Conformance.Tests.Running;

/// <summary>Finds and runs the programs that eng/setup.sh installs.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    /// <summary>Runs to the end.</summary>
    /// <exception cref="TimeoutException">It did not end in time and was killed.</exception>
    public static async Task<KubectlResult> RunAsync(ProcessStartInfo start, string command, string input)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var error = process.StandardError.ReadToEndAsync(deadline.Token);
            try
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
                process.StandardInput.Close();
            }
            catch (IOException)
            {
                // Ended without reading its input; what it says is in the result.
            }

            await process.WaitForExitAsync(deadline.Token);
            return new KubectlResult(command, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{command} did not end within {Deadline.TotalSeconds} s");
        }
    }
}
