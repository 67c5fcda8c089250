namespace Hortus.Host;

/// <summary>A program to run.</summary>
/// <param name="Program">Absolute path, or a name searched in PATH.</param>
/// <param name="Arguments">Arguments as the program sees them; no shell is involved.</param>
public sealed record ProcessCommand(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Text written to standard input; null gives an empty input.</summary>
    public string? Input { get; init; }

    /// <summary>The whole environment; null inherits this process's.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }
}

/// <summary>How a program ended.</summary>
/// <param name="ExitCode">0 means success; 128+n means killed by signal n.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error.</param>
public sealed record ProcessResult(int ExitCode, string Output, string Error);

/// <summary>Runs programs.</summary>
public interface IProcessRunner
{
    /// <summary>Runs a program to its end; cancelling kills it.</summary>
    /// <exception cref="HostException">The program does not exist or cannot be started.</exception>
    Task<ProcessResult> RunAsync(ProcessCommand command, CancellationToken cancellationToken);
}

/// <summary>Short forms of <see cref="IProcessRunner"/>.</summary>
public static class ProcessRunnerExtensions
{
    /// <summary>Runs a program that must succeed and returns its output.</summary>
    /// <exception cref="HostException">The program cannot be started or ended with another code than 0.</exception>
    public static async Task<string> RequireAsync(
        this IProcessRunner runner, ProcessCommand command, CancellationToken cancellationToken)
    {
        var result = await runner.RunAsync(command, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new HostException(
                $"{command.Program} {string.Join(' ', command.Arguments)} ended with code {result.ExitCode}: {result.Error.Trim()}");
    }
}
