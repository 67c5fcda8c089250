using System.Diagnostics;

namespace Hortus.Conformance.Tests.Running;

/// <summary>Finds and runs the programs that eng/setup.sh installs.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    /// <summary>Path of a program in .tools/bin of the repository, or in PATH.</summary>
    public static string Find(string program) => FindInTools(Path.Combine("bin", program))
        ?? (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException(
            $"{program} is neither in .tools/bin of the repository nor in PATH; run ./eng/setup.sh, which installs it");

    /// <summary>Path of a file or folder below .tools of the repository; null when it is not there.</summary>
    public static string? FindInTools(string relative)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, ".tools", relative);
            if (Path.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

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
