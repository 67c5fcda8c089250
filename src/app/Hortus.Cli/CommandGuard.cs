using Hortus.Client;
using Hortus.Development;
using Hortus.Development.Swaps;
using Hortus.Host;
using Hortus.Local;
using Hortus.Runtime;

namespace Hortus.Cli;

/// <summary>Runs commands about a local garden: a fault that people can mend ends them with one line that says it.</summary>
/// <param name="errors">Gets the line.</param>
internal sealed class CommandGuard(TextWriter errors)
{
    /// <summary>Whether Ctrl+C is how the command is meant to end.</summary>
    public bool EndsByInterrupt { get; init; }

    /// <summary>Runs a command that works or throws.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(Func<Task> run) => RunAsync(async () =>
    {
        await run();
        return true;
    });

    /// <summary>Runs a command that may fail and say so itself.</summary>
    /// <param name="run">The command: whether it worked.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(Func<Task<bool>> run)
    {
        try
        {
            return await run() ? ExitCode.Success : ExitCode.Failure;
        }
        catch (Exception failure) when (failure is LocalGardenException or DevelopmentException or SwapFailedException or HostException
            or ApiException or KubeConfigException or HttpRequestException or FormatException or IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync("hortus: " + failure.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (EndsByInterrupt)
        {
            return ExitCode.Success;
        }
        catch (OperationCanceledException)
        {
            await errors.WriteLineAsync("hortus: interrupted");
            return ExitCode.Failure;
        }
    }
}
