namespace Hortus.Development.Sources;

/// <summary>Tells sources from what builds, editors and git leave beside them. Paths are relative to the root of the tree, with
/// slashes.</summary>
public static class SourcePaths
{
    private static readonly string[] BuildFolders = ["bin", "obj"];

    // vim asks whether it may create files with a file of this name.
    private const string Probe = "4913";

    private static readonly string[] TemporaryEndings = ["~", ".swp", ".swo", ".swx", ".tmp", ".TMP", ".orig", ".rej", ".md"];

    /// <summary>Whether nothing is built from this file.</summary>
    public static bool IsIgnored(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var parts = path.Split('/');
        return parts.Any(part => part.StartsWith('.')) || parts.SkipLast(1).Any(BuildFolders.Contains) || IsTemporary(parts[^1]);
    }

    /// <summary>Whether a change of this file may change what a project is made of, so that packages are restored before the
    /// build.</summary>
    public static bool IsOfProject(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Path.GetExtension(path) is ".csproj" or ".props" or ".targets"
            || Path.GetFileName(path) is "packages.lock.json" or "global.json";
    }

    /// <summary>The path of a file seen from a folder, with slashes.</summary>
    public static string Relative(string root, string path) => Path.GetRelativePath(root, path).Replace('\\', '/');

    private static bool IsTemporary(string name) =>
        name == Probe
        || (name.StartsWith('#') && name.EndsWith('#'))
        || name.Contains("___jb_", StringComparison.Ordinal)
        || TemporaryEndings.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
}
