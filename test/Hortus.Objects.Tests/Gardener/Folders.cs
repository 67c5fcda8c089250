namespace Hortus.Objects.Tests.Gardener;

/// <summary>Finds the folders that tests read.</summary>
internal static class Folders
{
    /// <summary>The first of the folders above the test that has this path below it, or null.</summary>
    public static string? Above(string path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, path);
            if (Path.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>A folder of Gardener's data; skips the test when it is absent.</summary>
    public static string Upstream(string name)
    {
        var folder = Above(Path.Combine("shared", "upstream", name));
        Skip.If(folder is null, $"the folder shared/upstream/{name} is not there");
        return folder!;
    }
}
