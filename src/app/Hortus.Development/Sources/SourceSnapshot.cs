using System.IO.Enumeration;
using System.Security.Cryptography;

namespace Hortus.Development.Sources;

/// <summary>The files of a source tree at one moment. What changed is told by content: files that were only touched, or renamed back,
/// have not changed.</summary>
public sealed class SourceSnapshot
{
    private readonly Dictionary<string, FileState> files;

    private SourceSnapshot(Dictionary<string, FileState> files)
    {
        this.files = files;
    }

    /// <summary>Looks at the tree.</summary>
    /// <param name="root">Root of the tree.</param>
    /// <param name="graph">Says which files matter.</param>
    /// <param name="before">An earlier look: files with the same time and size are not read again.</param>
    public static SourceSnapshot Take(string root, ProjectGraph graph, SourceSnapshot? before)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var found = new Dictionary<string, FileState>(StringComparer.Ordinal);
        var folders = graph.Folders.Select(folder => Path.Combine(root, folder)).Where(Directory.Exists);
        var paths = Directory.EnumerateFiles(root).Concat(folders.SelectMany(folder => FilesBelow(folder)));
        foreach (var path in paths)
        {
            var relative = SourcePaths.Relative(root, path);
            if (!SourcePaths.IsIgnored(relative) && graph.OwnersOf(relative).Count > 0
                && Look(path, before?.files.GetValueOrDefault(relative)) is { } state)
            {
                found[relative] = state;
            }
        }

        return new SourceSnapshot(found);
    }

    /// <summary>Files that are new, gone or of other content than before, in order.</summary>
    public IReadOnlyList<string> ChangesSince(SourceSnapshot before)
    {
        ArgumentNullException.ThrowIfNull(before);
        return
        [
            .. files.Keys.Union(before.files.Keys)
                .Where(path => files.GetValueOrDefault(path)?.Hash != before.files.GetValueOrDefault(path)?.Hash)
                .Order(StringComparer.Ordinal),
        ];
    }

    // Folders of build output are not entered: they have more files than the sources.
    private static FileSystemEnumerable<string> FilesBelow(string folder) => new(
        folder,
        (ref FileSystemEntry entry) => entry.ToFullPath(),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
    {
        ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
        ShouldRecursePredicate = (ref FileSystemEntry entry) =>
            !entry.FileName.StartsWith(".") && entry.FileName is not ("bin" or "obj"),
    };

    // Null for a file that is gone meanwhile.
    private static FileState? Look(string path, FileState? before)
    {
        try
        {
            var file = new FileInfo(path);
            return before is not null && before.Written == file.LastWriteTimeUtc && before.Length == file.Length
                ? before
                : new FileState(
                    file.LastWriteTimeUtc, file.Length, Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private sealed record FileState(DateTime Written, long Length, string Hash);
}
