using System.Text.RegularExpressions;
using Hortus.Extensions;
using Hortus.Objects.Gardener;

namespace Hortus.ProviderLocal.Backup;

/// <summary>Buckets as folders below one root, and their entries as folders in them. Names are checked: nothing outside of the
/// root is ever touched.</summary>
/// <param name="root">The folder that holds all buckets; absolute.</param>
internal sealed partial class BackupFolders(string root)
{
    private const int NameLengthMax = 253;
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the bucket's folder; one that is there is a success.</summary>
    /// <exception cref="ExtensionException">The name cannot be used, or the folder cannot be made.</exception>
    public void CreateBucket(string bucket) => Do("made", BucketPath(bucket), path => Directory.CreateDirectory(path, Private));

    /// <summary>Removes the bucket's folder with all that is in it; one that is gone is a success.</summary>
    /// <exception cref="ExtensionException">The name cannot be used, or the folder cannot be removed.</exception>
    public void RemoveBucket(string bucket) => Do("removed", BucketPath(bucket), Remove);

    /// <summary>Makes the folder of an entry in its bucket.</summary>
    /// <param name="bucket">Name of the bucket.</param>
    /// <param name="entry">Folder, or folders with '/' between them.</param>
    /// <exception cref="ExtensionException">A name cannot be used, there is no such bucket, or the folder cannot be made.</exception>
    public void CreateEntry(string bucket, string entry)
    {
        if (!Directory.Exists(BucketPath(bucket)))
        {
            throw new ExtensionException(
                $"there is no folder of bucket \"{bucket}\" in {root}: the BackupBucket has to be ready first",
                [ErrorCode.RetryableInfraDependencies]);
        }

        Do("made", EntryPath(bucket, entry), path => Directory.CreateDirectory(path, Private));
    }

    /// <summary>Removes the entry's folder with all that is in it; one that is gone, with its bucket or without, is a success.</summary>
    /// <exception cref="ExtensionException">A name cannot be used, or the folder cannot be removed.</exception>
    public void RemoveEntry(string bucket, string entry) => Do("removed", EntryPath(bucket, entry), Remove);

    private string BucketPath(string bucket) => Path.Combine(root, Checked("bucket", bucket));

    private string EntryPath(string bucket, string entry)
    {
        var path = BucketPath(bucket);
        foreach (var part in entry.Split('/'))
        {
            RefuseLink(path);
            path = Path.Combine(path, Checked("entry", part));
        }

        return path;
    }

    private static string Checked(string what, string name) =>
        name.Length <= NameLengthMax && Names().IsMatch(name)
            ? name
            : throw new ExtensionException(
                $"the {what} name \"{name}\" cannot be a folder: want letters, digits, '-', '_' and single '.' between them",
                [ErrorCode.ConfigurationProblem]);

    private static void Do(string what, string path, Action<string> act)
    {
        try
        {
            RefuseLink(path);
            act(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new ExtensionException(
                $"folder {path} cannot be {what}: {fault.Message}; is the backup volume there and writable?",
                [ErrorCode.InfraDependencies],
                fault);
        }
    }

    // Whoever can write into one bucket must not reach others, or the host, through it.
    private static void RefuseLink(string path)
    {
        if (new FileInfo(path).LinkTarget is { } target)
        {
            throw new ExtensionException(
                $"{path} is a link to {target}, not a folder: remove it", [ErrorCode.ConfigurationProblem]);
        }
    }

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
        {
            // Links in it are removed, not followed.
            Directory.Delete(path, recursive: true);
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\z", RegexOptions.NonBacktracking)]
    private static partial Regex Names();
}
