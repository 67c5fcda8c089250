using System.Diagnostics;

namespace Hortus.Testing;

/// <summary>What a program printed and how it ended.</summary>
public sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The output of a program that was to succeed.</summary>
    public string Succeeded() => ExitCode == 0 ? Output : throw new InvalidOperationException($"exit code {ExitCode}: {Error}{Output}");
}

/// <summary>Runs programs as a user would, with a deadline.</summary>
public static class Commands
{
    public static async Task<CommandResult> RunAsync(string program, TimeSpan limit, params IReadOnlyList<string> arguments)
    {
        using var deadline = new CancellationTokenSource(limit);
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = BuiltTools.Root,
        })!;
        var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
        var error = process.StandardError.ReadToEndAsync(deadline.Token);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new CommandResult(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{Path.GetFileName(program)} {string.Join(' ', arguments)} did not end within {limit}");
        }
    }
}
