using Hortus.Storage;

namespace Hortus.Backup;

/// <summary>Takes snapshots of an embedded store into a place, keeps the newest ones, and restores them.</summary>
/// <param name="target">The place.</param>
/// <param name="clock">Names of snapshots follow it.</param>
public sealed class Snapshots(IBackupTarget target, TimeProvider clock)
{
    private readonly StoreArchive archive = new(clock);

    /// <summary>All snapshots, the oldest first; other files in the place are left out.</summary>
    /// <exception cref="BackupException">The place cannot be read.</exception>
    public async Task<IReadOnlyList<SnapshotName>> ListAsync(CancellationToken cancellationToken)
    {
        var names = await target.ListAsync(cancellationToken);
        return [.. names.Select(SnapshotName.Parse).OfType<SnapshotName>().OrderBy(s => s.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Takes a snapshot; nothing happens when the newest one holds the same.</summary>
    /// <param name="dataDirectory">Folder of the store; the server may be running.</param>
    /// <returns>The snapshot; null when there was nothing new.</returns>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="BackupException">The place cannot be written.</exception>
    public async Task<SnapshotName?> TakeAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var image = await archive.ReadFolderAsync(dataDirectory, cancellationToken);
        if ((await ListAsync(cancellationToken)) is [.., var newest] && newest.Revision == image.Revision)
        {
            return null;
        }

        var name = new SnapshotName(clock.GetUtcNow(), image.Revision);
        await WithFileAsync(async file =>
        {
            StoreArchive.WriteBackup(image, file);
            await target.WriteAsync(name.ToString(), file, cancellationToken);
        });
        return name;
    }

    /// <summary>Removes all but the newest snapshots.</summary>
    /// <returns>What was removed.</returns>
    /// <exception cref="BackupException">The place cannot be written.</exception>
    public async Task<IReadOnlyList<SnapshotName>> PruneAsync(int keep, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keep);
        var old = (await ListAsync(cancellationToken)).SkipLast(keep).ToList();
        foreach (var snapshot in old)
        {
            await target.DeleteAsync(snapshot.ToString(), cancellationToken);
        }

        return old;
    }

    /// <summary>Makes a store of a snapshot, every byte of which is checked.</summary>
    /// <param name="name">The snapshot; null means the newest.</param>
    /// <param name="dataDirectory">A folder that is empty or not there.</param>
    /// <param name="revisionsSkipped">How far resource versions are moved on, so that none is given out twice.</param>
    /// <returns>The snapshot, and the revision at which the store goes on.</returns>
    /// <exception cref="StoreException">The snapshot is damaged, or the folder cannot be used.</exception>
    /// <exception cref="BackupException">There is no such snapshot, or it cannot be read.</exception>
    public async Task<(SnapshotName Snapshot, long Revision)> RestoreAsync(
        string? name, string dataDirectory, long revisionsSkipped, CancellationToken cancellationToken)
    {
        var all = await ListAsync(cancellationToken);
        var chosen = (name is null ? all.LastOrDefault() : all.FirstOrDefault(s => s.ToString() == name))
            ?? throw new BackupException(name is null ? $"there are no snapshots in {target}" : $"there is no snapshot {name} in {target}");
        var revision = 0L;
        await WithFileAsync(async file =>
        {
            await target.ReadAsync(chosen.ToString(), file, cancellationToken);
            revision = archive.Restore(archive.ReadBackup(file), dataDirectory, revisionsSkipped);
        });
        return (chosen, revision);
    }

    private static async Task WithFileAsync(Func<string, Task> act)
    {
        var folder = Directory.CreateTempSubdirectory("hortus-snapshot-");
        try
        {
            await act(Path.Combine(folder.FullName, "snapshot"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
