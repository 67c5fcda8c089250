using System.Diagnostics;
using Hortus.Testing;

namespace Hortus.Conformance.Tests.Running;

/// <summary>Runs the kubectl that eng/setup.sh installs, as one user.</summary>
/// <param name="kubeconfig">File with server and credentials.</param>
/// <param name="home">Folder of kubectl's caches.</param>
/// <param name="program">Name of the program: <c>kubectl</c> or an older one, <c>kubectl-1.32</c>.</param>
public sealed class Kubectl(string kubeconfig, string home, string program = "kubectl")
{
    /// <summary>File with server and credentials.</summary>
    public string Kubeconfig => kubeconfig;

    /// <summary>The same user with another kubectl.</summary>
    public Kubectl With(string otherProgram) => new(kubeconfig, Path.Combine(home, otherProgram), otherProgram);

    /// <summary>Runs to the end; arguments are separated by spaces.</summary>
    public Task<KubectlResult> RunAsync(string arguments) => RunAsync(arguments.Split(' '), "", null);

    /// <summary>Runs to the end with standard input and an editor for <c>kubectl edit</c>.</summary>
    public async Task<KubectlResult> RunAsync(IReadOnlyList<string> arguments, string input, string? editor = null)
    {
        var start = StartInfo(arguments);
        start.Environment["KUBE_EDITOR"] = editor ?? "false";
        return await CommandLine.RunAsync(start, string.Join(' ', [program, .. arguments]), input);
    }

    /// <summary>Starts a run whose lines are read one by one; dispose it to end it.</summary>
    public KubectlStream Start(string arguments) => new(Process.Start(StartInfo(arguments.Split(' ')))!, arguments);

    /// <summary>How to start it with redirected streams; for tests that feed or read bytes.</summary>
    public ProcessStartInfo StartInfo(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(BuiltTools.Installed(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["HOME"] = home;
        return start;
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
