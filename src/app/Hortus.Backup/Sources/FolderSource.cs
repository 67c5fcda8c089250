using Hortus.Storage;

namespace Hortus.Backup;

/// <summary>The folder of an embedded store; the server may be running.</summary>
/// <param name="folder">As given to the API server.</param>
/// <param name="clock">Clock.</param>
public sealed class FolderSource(string folder, TimeProvider clock) : ISnapshotSource
{
    private readonly StoreArchive archive = new(clock);

    public SnapshotKind Kind => SnapshotKind.Store;

    public async Task<long?> WriteAsync(string file, long? known, CancellationToken cancellationToken)
    {
        var image = await archive.ReadFolderAsync(folder, cancellationToken);
        if (image.Revision == known)
        {
            return null;
        }

        StoreArchive.WriteBackup(image, file);
        return image.Revision;
    }

    public void Dispose()
    {
        // The folder is open only while it is read.
    }

    public override string ToString() => folder;
}
