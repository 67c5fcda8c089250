namespace Hortus.Cli;

/// <summary>Shows paths below the user's home folder with a tilde: shells put the folder back, and the text can be passed on.</summary>
internal static class HomePath
{
    public static string Short(string path) =>
        Environment.GetEnvironmentVariable("HOME") is { Length: > 1 } home && path.StartsWith(home + "/", StringComparison.Ordinal)
            ? "~" + path[home.Length..]
            : path;
}
