namespace Hortus.Charts;

/// <summary>Finds helm.</summary>
public static class HelmBinary
{
    /// <summary>Names the file in the environment.</summary>
    public const string Variable = "HELM_BINARY";

    private const string Name = "helm";
    private const string BuiltFolder = ".tools/bin";

    /// <summary>The program: the given one, else that of the environment, else the first in PATH, else the one that the build put
    /// beside this program; plain <c>helm</c> when there is none, which the first rendering reports.</summary>
    /// <param name="given">What the flag <c>--helm-binary</c> says; null or empty when it is not set.</param>
    public static string Find(string? given) =>
        NotEmpty(given)
        ?? NotEmpty(Environment.GetEnvironmentVariable(Variable))
        ?? InPath(Name)
        ?? BesideBuild()
        ?? Name;

    /// <summary>The first executable file of this name in PATH; null when there is none.</summary>
    internal static string? InPath(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(IsExecutable);

    private static string? BesideBuild()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, BuiltFolder, Name);
            if (IsExecutable(path))
            {
                return path;
            }
        }

        return null;
    }

    private static bool IsExecutable(string path) => File.Exists(path)
        && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
