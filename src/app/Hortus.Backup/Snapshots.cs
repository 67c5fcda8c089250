using Hortus.Storage;

namespace Hortus.Backup;

/// <summary>Takes snapshots of stores into a place, keeps the newest ones, and restores them.</summary>
/// <param name="target">The place.</param>
/// <param name="clock">Names of snapshots follow it.</param>
public sealed class Snapshots(IBackupTarget target, TimeProvider clock)
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly StoreArchive archive = new(clock);

    /// <summary>All snapshots, the oldest first; other files in the place are left out.</summary>
    /// <exception cref="BackupException">The place cannot be read.</exception>
    public async Task<IReadOnlyList<SnapshotName>> ListAsync(CancellationToken cancellationToken)
    {
        var names = await target.ListAsync(cancellationToken);
        return [.. names.Select(SnapshotName.Parse).OfType<SnapshotName>().OrderBy(s => s.ToString(), StringComparer.Ordinal)];
    }

    /// <summary>Takes a snapshot; nothing happens when the newest one of its kind holds the same.</summary>
    /// <returns>The snapshot; null when there was nothing new.</returns>
    /// <exception cref="StoreException">The store cannot be read.</exception>
    /// <exception cref="BackupException">The place cannot be read or written.</exception>
    public async Task<SnapshotName?> TakeAsync(ISnapshotSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        var newest = (await ListAsync(source.Kind, cancellationToken)).LastOrDefault();
        SnapshotName? taken = null;
        await WithFileAsync(async file =>
        {
            if (await source.WriteAsync(file, newest?.Revision, cancellationToken) is { } revision)
            {
                taken = new SnapshotName(clock.GetUtcNow(), revision, source.Kind);
                await target.WriteAsync(taken.ToString(), file, cancellationToken);
            }
        });
        return taken;
    }

    /// <summary>Removes all but the newest snapshots of a kind; those of other kinds are not counted.</summary>
    /// <returns>What was removed.</returns>
    /// <exception cref="BackupException">The place cannot be written.</exception>
    public async Task<IReadOnlyList<SnapshotName>> PruneAsync(SnapshotKind kind, int keep, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(keep);
        var old = (await ListAsync(kind, cancellationToken)).SkipLast(keep).ToList();
        foreach (var snapshot in old)
        {
            await target.DeleteAsync(snapshot.ToString(), cancellationToken);
        }

        return old;
    }

    /// <summary>Makes a store of a snapshot of one, every byte of which is checked.</summary>
    /// <param name="name">The snapshot; null means the newest.</param>
    /// <param name="dataDirectory">A folder that is empty or not there.</param>
    /// <param name="revisionsSkipped">How far resource versions are moved on, so that none is given out twice.</param>
    /// <returns>The snapshot, and the revision at which the store goes on.</returns>
    /// <exception cref="StoreException">The snapshot is damaged, or the folder cannot be used.</exception>
    /// <exception cref="BackupException">There is no such snapshot, or it cannot be read.</exception>
    public async Task<(SnapshotName Snapshot, long Revision)> RestoreAsync(
        string? name, string dataDirectory, long revisionsSkipped, CancellationToken cancellationToken)
    {
        var chosen = await ChooseAsync(SnapshotKind.Store, name, cancellationToken);
        var revision = 0L;
        await WithFileAsync(async file =>
        {
            await target.ReadAsync(chosen.ToString(), file, cancellationToken);
            revision = archive.Restore(archive.ReadBackup(file), dataDirectory, revisionsSkipped);
        });
        return (chosen, revision);
    }

    /// <summary>Copies a snapshot of an etcd, every byte of which is checked, to where etcd's tools can read it.</summary>
    /// <param name="name">The snapshot; null means the newest.</param>
    /// <param name="file">A path where nothing is; its owner alone can read what comes there.</param>
    /// <param name="cancellationToken">Ends it; then nothing is there.</param>
    /// <returns>The snapshot.</returns>
    /// <exception cref="StoreException">The snapshot is damaged.</exception>
    /// <exception cref="BackupException">There is no such snapshot, or it cannot be read, or something is at the path.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public async Task<SnapshotName> CopyOutAsync(string? name, string file, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(file);
        if (Path.Exists(path))
        {
            throw new BackupException($"{path} exists; choose another name or delete it first");
        }

        var chosen = await ChooseAsync(SnapshotKind.Etcd, name, cancellationToken);

        // On the same disk, so that the file appears whole.
        var beside = Directory.CreateDirectory(path + ".unfinished", Private | UnixFileMode.UserExecute);
        try
        {
            var copy = Path.Combine(beside.FullName, chosen.ToString());
            await target.ReadAsync(chosen.ToString(), copy, cancellationToken);
            await EtcdArchive.CheckAsync(copy, cancellationToken);
            File.SetUnixFileMode(copy, Private);
            File.Move(copy, path);
        }
        finally
        {
            beside.Delete(recursive: true);
        }

        return chosen;
    }

    private async Task<IEnumerable<SnapshotName>> ListAsync(SnapshotKind kind, CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken)).Where(snapshot => snapshot.Kind == kind);

    private async Task<SnapshotName> ChooseAsync(SnapshotKind kind, string? name, CancellationToken cancellationToken)
    {
        if (name is not null && SnapshotName.Parse(name) is { } other && other.Kind != kind)
        {
            throw new BackupException($"{name} is a snapshot of {Of(other.Kind)}, not of {Of(kind)}");
        }

        var all = (await ListAsync(kind, cancellationToken)).ToList();
        return (name is null ? all.LastOrDefault() : all.Find(s => s.ToString() == name)) ?? throw new BackupException(
            name is null ? $"there are no snapshots of {Of(kind)} in {target}" : $"there is no snapshot {name} in {target}");
    }

    private static string Of(SnapshotKind kind) => kind == SnapshotKind.Etcd ? "an etcd" : "an embedded store";

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
