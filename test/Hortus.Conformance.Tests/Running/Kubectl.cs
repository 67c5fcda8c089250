using System.Diagnostics;

namespace Hortus.Conformance.Tests.Running;

/// <summary>Runs the kubectl that eng/setup.sh installs, as one user.</summary>
/// <param name="kubeconfig">File with server and credentials.</param>
/// <param name="home">Folder of kubectl's caches.</param>
public sealed class Kubectl(string kubeconfig, string home)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly string Program = Locate();

    /// <summary>Runs to the end; arguments are separated by spaces.</summary>
    public Task<KubectlResult> RunAsync(string arguments) => RunAsync(arguments.Split(' '), "", null);

    /// <summary>Runs to the end with standard input and an editor for <c>kubectl edit</c>.</summary>
    public async Task<KubectlResult> RunAsync(IReadOnlyList<string> arguments, string input, string? editor = null)
    {
        var start = StartInfo(arguments);
        start.Environment["KUBE_EDITOR"] = editor ?? "false";
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Deadline);
        var command = string.Join(' ', arguments);
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
            throw new TimeoutException($"kubectl {command} did not end within {Deadline.TotalSeconds} s");
        }
    }

    /// <summary>Starts a run whose lines are read one by one; dispose it to end it.</summary>
    public KubectlStream Start(string arguments) => new(Process.Start(StartInfo(arguments.Split(' ')))!, arguments);

    /// <summary>How to start it with redirected streams; for tests that feed or read bytes.</summary>
    public ProcessStartInfo StartInfo(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["HOME"] = home;
        return start;
    }

    private static string Locate()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, ".tools", "bin", "kubectl");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, "kubectl"))
            .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "kubectl is neither in .tools/bin of the repository nor in PATH; run ./eng/setup.sh, which installs it");
    }
}

/// <summary>A run of kubectl that goes on, such as a watch.</summary>
public sealed class KubectlStream(Process process, string command) : IDisposable
{
    private readonly CancellationTokenSource deadline = new(TimeSpan.FromSeconds(30));

    /// <summary>The next line, its words separated by one space.</summary>
    public async Task<string> ReadLineAsync()
    {
        try
        {
            var line = await process.StandardOutput.ReadLineAsync(deadline.Token)
                ?? throw new InvalidOperationException(
                    $"kubectl {command} ended: {await process.StandardError.ReadToEndAsync(deadline.Token)}");
            return string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"kubectl {command} wrote no line within 30 s");
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
        deadline.Dispose();
    }
}
