namespace Hortus.Charts.Tests.PublicCharts;

/// <summary>A packaged chart of somebody else, with the values that it is rendered with.</summary>
/// <param name="File">The archive.</param>
public sealed record PublicChart(string File)
{
    /// <summary>The environment variable that names the folder with the archives.</summary>
    public const string FolderVariable = "HORTUS_CHARTS_FOLDER";

    /// <summary>Stands for all charts when there is no folder.</summary>
    public const string None = "none";

    /// <summary>Names of the charts in the folder; <see cref="None"/> alone when no folder is named.</summary>
    /// <exception cref="InvalidOperationException">The folder has no charts.</exception>
    public static IReadOnlyList<string> Names()
    {
        if (Folder is not { } folder)
        {
            return [None];
        }

        string[] found = [.. Directory.GetFiles(folder, "*.tgz").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!];
        return found.Length > 0 ? found : throw new InvalidOperationException($"{FolderVariable}: there is no chart (*.tgz) in {folder}");
    }

    /// <summary>A chart by its name.</summary>
    public static PublicChart Find(string name) => new(Path.Combine(Folder!, name + ".tgz"));

    /// <summary>Values as the user of a chart would write them: none, and those of each file beside the archive whose name begins with
    /// the archive's: <c>NAME-VERSION.ANYTHING.yaml</c>.</summary>
    public IReadOnlyList<(string Name, string Yaml)> Values() =>
    [
        ("no values", "{}"),
        .. Directory.GetFiles(Path.GetDirectoryName(File)!, Path.GetFileNameWithoutExtension(File) + ".*.yaml")
            .Order(StringComparer.Ordinal)
            .Select(file => (Path.GetFileName(file), System.IO.File.ReadAllText(file))),
    ];

    private static string? Folder => Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder ? folder : null;
}
