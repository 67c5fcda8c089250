using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hortus.Host;
using Hortus.Kubelet.Images;

namespace Hortus.Kubelet.Containers;

/// <summary>Starts further programs inside a running container, with its user, capabilities and environment.</summary>
internal static class ContainerExec
{
    private const string EnterDirectory = "cd \"$0\" 2>/dev/null; exec \"$@\"";

    /// <summary>How to start a command.</summary>
    /// <param name="terminal">Terminal that becomes input and outputs; null redirects all three to pipes.</param>
    /// <exception cref="KubeletException">The container does not run.</exception>
    public static ProcessStartInfo Prepare(ContainerRecord record, IReadOnlyList<string> command, string? terminal)
    {
        if (record.Process is not { } process || !ProcessTable.IsAlive(process))
        {
            throw new KubeletException(
                $"container {record.Name} of pod {record.PodNamespace}/{record.PodName} is not running");
        }

        // The session begins inside the container, so that its processes can be in the terminal's foreground.
        string[] session = terminal is null ? [] : [Programs.SetSession, "--ctty"];
        string[] enter =
        [
            Programs.Nsenter, "--target", process.Id.ToString(CultureInfo.InvariantCulture),
            "--mount", "--uts", "--ipc", "--net", "--pid", "--", .. session, .. record.RunAs,
            Programs.Shell, "-c", EnterDirectory, record.WorkingDirectory ?? "/", .. command,
        ];
        string[] words = terminal is null
            ? enter
            : [Programs.Shell, "-c", "exec <\"$0\" >\"$0\" 2>&1; exec \"$@\"", terminal, .. enter];
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardInput = terminal is null,
            RedirectStandardOutput = terminal is null,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        foreach (var (name, value) in ReadEnvironment(process.Id))
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>Exit code and the start of what it printed; code null means it took longer than allowed and was
    /// killed.</returns>
    public static async Task<(int? ExitCode, string Output)> RunAsync(
        ContainerRecord record, IReadOnlyList<string> command, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var process = ProcessRunner.Start(Prepare(record, command, terminal: null));
        process.StandardInput.Close();
        var output = ReadSomeAsync(process.StandardOutput);
        var error = ReadSomeAsync(process.StandardError);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return (process.ExitCode,
                (await output.WaitAsync(deadline.Token)) + (await error.WaitAsync(deadline.Token)));
        }
        catch (OperationCanceledException)
        {
            ProcessTable.KillTree(process.Id);
            cancellationToken.ThrowIfCancellationRequested();
            return (null, $"took longer than {limit.TotalSeconds} s");
        }
    }

    private static async Task<string> ReadSomeAsync(StreamReader reader)
    {
        const int KeptMax = 4096;
        var kept = new StringBuilder();
        var buffer = new char[1024];
        int read;
        while ((read = await reader.ReadAsync(buffer, CancellationToken.None)) > 0)
        {
            kept.Append(buffer, 0, Math.Min(read, KeptMax - kept.Length));
        }

        return kept.ToString();
    }

    private static IEnumerable<(string Name, string Value)> ReadEnvironment(int process)
    {
        foreach (var entry in File.ReadAllText($"/proc/{process}/environ")
            .Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var equals = entry.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0)
            {
                yield return (entry[..equals], entry[(equals + 1)..]);
            }
        }
    }
}
