using Hortus.Extensions;

namespace Hortus.BackupS3;

/// <summary>Settings of the extension for buckets of S3-compatible object stores.</summary>
public sealed record BackupS3Options : ExtensionOptions
{
    public BackupS3Options()
    {
        // Object stores answer many requests at once with delays.
        ConcurrentReconciles = 5;
    }
}
