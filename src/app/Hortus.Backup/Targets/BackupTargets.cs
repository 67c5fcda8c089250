using Hortus.BackupS3;

namespace Hortus.Backup;

/// <summary>Opens places for snapshots by their addresses.</summary>
public static class BackupTargets
{
    private const string S3Scheme = "s3://";

    /// <summary>Opens a place.</summary>
    /// <param name="address">An absolute path of a folder, or <c>s3://BUCKET/PREFIX</c>.</param>
    /// <param name="credentialsDirectory">For S3: folder with one file a key, as a mounted Secret; null for folders.</param>
    /// <exception cref="BackupException">The address or the credentials cannot be used.</exception>
    public static IBackupTarget Open(string address, string? credentialsDirectory)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (FaultOf(address) is { } fault)
        {
            throw new BackupException(fault);
        }

        return BucketOf(address) is var (bucket, prefix)
            ? new S3Target(new S3Bucket(Settings(credentialsDirectory), bucket), prefix)
            : new FolderTarget(address);
    }

    /// <summary>What is wrong with an address; null when nothing is.</summary>
    public static string? FaultOf(string address) => Path.IsPathFullyQualified(address) || BucketOf(address) is not null
        ? null
        : $"\"{address}\" is no place for snapshots: want an absolute path or {S3Scheme}BUCKET/PREFIX";

    private static (string Bucket, string Prefix)? BucketOf(string address) =>
        address.StartsWith(S3Scheme, StringComparison.Ordinal)
        && address[S3Scheme.Length..].Trim('/').Split('/', 2) is [{ Length: > 0 } bucket, { Length: > 0 } prefix]
            ? (bucket, prefix)
            : null;

    private static S3Settings Settings(string? directory)
    {
        try
        {
            // Mounted Secrets hold their files behind links whose names begin with dots.
            var files = directory is null ? [] : Directory.EnumerateFiles(directory).Where(file => Path.GetFileName(file)[0] != '.');
            return S3Settings.Read(files.ToDictionary(file => Path.GetFileName(file), File.ReadAllBytes), null, null);
        }
        catch (Exception fault) when (fault is S3Exception or IOException or UnauthorizedAccessException)
        {
            throw new BackupException($"--credentials-dir {directory ?? "(not given)"}: {fault.Message}", fault);
        }
    }
}
