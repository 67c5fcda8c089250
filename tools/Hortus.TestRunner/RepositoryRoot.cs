namespace Hortus.TestRunner;

/// <summary>Finds the folder that holds the solution.</summary>
internal static class RepositoryRoot
{
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Hortus.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no Hortus.slnx above {AppContext.BaseDirectory}");
    }
}
