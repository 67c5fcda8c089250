namespace Hortus.Cli.Observe;

/// <summary>Prints the log of a process of this machine, which has it in a file.</summary>
internal sealed class FileLog(string path, TextWriter output, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    /// <summary>Prints the file.</summary>
    /// <param name="tail">The last lines only; null prints all.</param>
    /// <param name="follow">Go on with what is written later, until cancelled.</param>
    /// <param name="cancellationToken">Ends following.</param>
    /// <exception cref="IOException">The file is not there.</exception>
    public async Task PrintAsync(int? tail, bool follow, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        var text = await reader.ReadToEndAsync(cancellationToken);
        await output.WriteAsync(tail is { } count ? Last(text, count) : text);
        while (follow)
        {
            await output.FlushAsync(cancellationToken);
            await Task.Delay(Period, time, cancellationToken);
            await output.WriteAsync(await reader.ReadToEndAsync(cancellationToken));
        }
    }

    private static string Last(string text, int count)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Concat(lines.Skip(Math.Max(0, lines.Length - count)).Select(line => line + "\n"));
    }
}
