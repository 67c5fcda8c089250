namespace Hortus.Storage;

/// <summary>
/// Reads, copies and restores the folder of an <see cref="EmbeddedStore"/> from outside. The store may be running: nothing in
/// its folder is changed, and what is read is one revision, whole.
/// </summary>
/// <param name="time">Clock.</param>
public sealed class StoreArchive(TimeProvider time)
{
    /// <summary>
    /// How far a restored store's revision is ahead of its backup's, unless told otherwise. Larger than what a store can have
    /// written after the backup, so that no resource version is ever given out twice.
    /// </summary>
    public const long DefaultRevisionsSkipped = 1_000_000_000;

    // A running store replaces its files at any moment; what was found half replaced is whole at the next look.
    private const int AttemptsMax = 8;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(50);
    private static readonly EmbeddedStoreOptions Options = new();

    /// <summary>Reads the newest state of a folder and checks every byte of it on the way.</summary>
    /// <exception cref="StoreException">
    /// <see cref="StoreFailure.Corrupt"/>: damaged, the message says in which file and where;
    /// <see cref="StoreFailure.Unavailable"/>: there is no store or it cannot be read.
    /// </exception>
    public async Task<StoreImage> ReadFolderAsync(string directory, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return ReadFolder(directory);
            }
            catch (Exception e) when (attempt < AttemptsMax && MayBeOver(e))
            {
                await Task.Delay(BetweenAttempts, time, cancellationToken);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new StoreException(StoreFailure.Unavailable, $"cannot read the store {directory}: {e.Message}", e);
            }
        }
    }

    /// <summary>Reads a backup and checks every byte of it on the way.</summary>
    /// <exception cref="StoreException">As for <see cref="ReadFolderAsync"/>.</exception>
    public StoreImage ReadBackup(string file)
    {
        var path = Path.GetFullPath(file);
        var name = Path.GetFileName(path);
        try
        {
            using var view = new StoreFolderView(Path.GetDirectoryName(path)!, n => n == name);
            if (!view.List().Contains(name))
            {
                throw new FileNotFoundException($"there is no file {path}");
            }

            var revision = SnapshotFile.RevisionOf(view, name);
            var working = new WorkingState(Options, time, SnapshotFile.Read(view, name, revision), revision);
            return new StoreImage(working.Seal()) { SnapshotRevision = revision };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Unavailable, $"cannot read the backup {path}: {e.Message}", e);
        }
    }

    /// <summary>Writes a backup: one file, readable by its owner only, that has its name once it is whole and on the disk.</summary>
    /// <exception cref="StoreException"><see cref="StoreFailure.Unavailable"/>: the file exists or cannot be written.</exception>
    public static void WriteBackup(StoreImage image, string file)
    {
        ArgumentNullException.ThrowIfNull(image);
        var path = Path.GetFullPath(file);
        if (Path.Exists(path))
        {
            throw new StoreException(StoreFailure.Unavailable, $"{path} exists; choose another name or delete it first");
        }

        try
        {
            SnapshotFile.Write(new DiskFiles(Path.GetDirectoryName(path)!), Path.GetFileName(path), image.State);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Unavailable, $"cannot write the backup {path}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Makes a store of a backup in a folder that is empty or not there. Its revision goes on behind everything the old store
    /// may have given out, and its history begins anew: clients that know newer versions than the backup list again.
    /// </summary>
    /// <param name="image">The backup.</param>
    /// <param name="directory">Folder of the new store.</param>
    /// <param name="revisionsSkipped">How far the revision is moved on; 0 goes on where the backup ends.</param>
    /// <returns>Revision of the new store.</returns>
    /// <exception cref="StoreException"><see cref="StoreFailure.Unavailable"/>: the folder is not empty or cannot be written.</exception>
    public long Restore(StoreImage image, string directory, long revisionsSkipped)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegative(revisionsSkipped);
        try
        {
            if (Directory.Exists(directory) && Directory.EnumerateFileSystemEntries(directory).Any())
            {
                throw new StoreException(
                    StoreFailure.Unavailable, $"{Path.GetFullPath(directory)} is not empty; restore into a new folder");
            }

            var revision = checked(image.Revision + revisionsSkipped);
            var files = new DiskFiles(directory);
            using var held = files.Lock();
            SnapshotFile.Write(files, new WorkingState(Options, time, image.Values, revision).Seal());

            // Last: a folder without it is not taken for a store, so nothing starts on half a restore.
            StoreRecovery.WriteMeta(files);
            return revision;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreFailure.Unavailable, $"cannot restore into {directory}: {e.Message}", e);
        }
    }

    private static bool MayBeOver(Exception e) =>
        e is FileNotFoundException or StoreException { Failure: StoreFailure.Corrupt };

    private StoreImage ReadFolder(string directory)
    {
        using var view = new StoreFolderView(directory, IsPart);
        var names = view.List();
        if (!names.Contains(StoreFileNames.Meta))
        {
            throw new StoreException(StoreFailure.Unavailable, $"{view.Location} holds no store: there is no {StoreFileNames.Meta}");
        }

        StoreRecovery.CheckMeta(view);
        var snapshot = names.Select(StoreFileNames.SnapshotRevision).Max();
        var revision = snapshot ?? StoreState.FirstRevision;
        var working = new WorkingState(
            Options, time, snapshot is null ? [] : SnapshotFile.Read(view, revision), revision);
        var logs = names.Select(StoreFileNames.LogRevision).OfType<long>().Where(r => r > revision).Order().ToList();
        string? torn = null;
        for (var i = 0; i < logs.Count; i++)
        {
            StoreRecovery.RequireNext(view, logs[i], working.Revision);
            var end = new LogReader(view, logs[i]).Replay(working, i == logs.Count - 1 ? long.MaxValue : logs[i + 1] - 1);
            torn = i == logs.Count - 1 && end.TornBytes > 0
                ? $"{StoreFileNames.Log(logs[i])} ends with {end.TornBytes} bytes of an unfinished write at offset {end.End}"
                : null;
        }

        return new StoreImage(working.Seal())
        {
            SnapshotRevision = snapshot,
            Logs = logs.Count,
            LogChanges = working.Revision - revision,
            TornTail = torn,
        };
    }

    private static bool IsPart(string name) =>
        name == StoreFileNames.Meta || (StoreFileNames.LogRevision(name) ?? StoreFileNames.SnapshotRevision(name)) is not null;
}
