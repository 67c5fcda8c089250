namespace Hortus.Backup;

/// <summary>A store that snapshots are taken of.</summary>
public interface ISnapshotSource : IDisposable
{
    /// <summary>What its snapshots are.</summary>
    SnapshotKind Kind { get; }

    /// <summary>Writes a snapshot into a file that does not exist.</summary>
    /// <param name="file">The file.</param>
    /// <param name="known">Nothing is written while the store is at this revision; null writes always.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>Revision of the snapshot; null when nothing was written.</returns>
    /// <exception cref="Storage.StoreException">The store cannot be read.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    Task<long?> WriteAsync(string file, long? known, CancellationToken cancellationToken);
}
