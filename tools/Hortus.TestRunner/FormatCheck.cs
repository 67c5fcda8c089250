using System.Diagnostics;

namespace Hortus.TestRunner;

/// <summary>Runs <c>dotnet format</c> without letting it change anything.</summary>
internal static class FormatCheck
{
    /// <summary>True when every source is formatted.</summary>
    public static async Task<bool> RunAsync(string root, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("dotnet") { WorkingDirectory = root };
        foreach (var argument in new[] { "format", "whitespace", "Hortus.slnx", "--no-restore", "--verify-no-changes" })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0;
    }
}
