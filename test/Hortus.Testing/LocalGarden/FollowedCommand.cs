using System.Diagnostics;

namespace Hortus.Testing;

/// <summary>A program that goes on, of which lines are awaited. Dispose it to end the program.</summary>
public sealed class FollowedCommand : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly Process process;
    private readonly List<string> seen = [];

    private FollowedCommand(Process process)
    {
        this.process = process;
    }

    public bool IsRunning => !process.HasExited;

    /// <summary>Starts a program.</summary>
    public static FollowedCommand Start(string program, params IReadOnlyList<string> arguments) => new(Process.Start(
        new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, WorkingDirectory = BuiltTools.Root })!);

    /// <summary>The next line that is wanted; those before it are passed over.</summary>
    /// <exception cref="TimeoutException">It does not come within a minute.</exception>
    /// <exception cref="InvalidOperationException">The program ends before.</exception>
    public async Task<string> LineAsync(Predicate<string> isWanted)
    {
        ArgumentNullException.ThrowIfNull(isWanted);
        using var deadline = new CancellationTokenSource(Limit);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                seen.Add(line);
                if (isWanted(line))
                {
                    return line;
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            throw new TimeoutException($"{Name} printed nothing that is wanted within {Limit}, but: {string.Join('\n', seen)}");
        }

        throw new InvalidOperationException($"{Name} ended after: {string.Join('\n', seen)}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        process.Kill(entireProcessTree: true);
        process.Dispose();
    }

    private string Name => Path.GetFileName(process.StartInfo.FileName) + " " + string.Join(' ', process.StartInfo.ArgumentList);
}
