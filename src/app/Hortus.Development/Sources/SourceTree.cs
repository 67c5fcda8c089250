namespace Hortus.Development.Sources;

/// <summary>Finds the source tree.</summary>
public static class SourceTree
{
    private const string Mark = "Hortus.slnx";

    /// <summary>The nearest folder that is a source tree: one of these, or above it, the first that has one.</summary>
    /// <exception cref="DevelopmentException">There is none.</exception>
    public static string Find(params IReadOnlyList<string> starts)
    {
        ArgumentNullException.ThrowIfNull(starts);
        return starts.Select(Above).FirstOrDefault(found => found is not null)
            ?? throw new DevelopmentException(
                $"there is no {Mark} in {starts[0]} or above it: run `hortus dev` in the folder of the sources, or say it with --sources");
    }

    /// <summary>Whether git changes files of the tree at this moment, as in a checkout.</summary>
    public static bool IsBusy(string root) => File.Exists(Path.Combine(root, ".git", "index.lock"));

    private static string? Above(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Mark)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
