using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Hortus.Storage;

/// <summary>What every part of an open store needs.</summary>
internal sealed record StoreLogContext(EmbeddedStoreOptions Options, TimeProvider Time, ILogger Logger);

/// <summary>A store as it was found on the disk, ready to go on.</summary>
/// <param name="Working">The newest state, for the writer.</param>
/// <param name="State">The same, for readers.</param>
/// <param name="Log">The log to append to.</param>
/// <param name="EarlierLogBytes">Bytes of logs before it that no snapshot covers yet.</param>
internal sealed record RecoveredStore(WorkingState Working, StoreState State, ActiveLog Log, long EarlierLogBytes);

/// <summary>
/// Reads a store's folder: the newest snapshot, then the logs that begin after it, each going on where the next one
/// begins. Logs that begin at or before the snapshot's revision are covered by it and deleted.
/// </summary>
internal sealed partial class StoreRecovery(IStoreFiles files, StoreLogContext context)
{
    private const int FormatVersion = 1;

    private readonly ILogger _logger = context.Logger;

    public RecoveredStore Open()
    {
        var names = files.List();
        EnsureMeta(names);
        foreach (var name in names.Where(n => n.EndsWith(StoreFileNames.TemporarySuffix, StringComparison.Ordinal)))
        {
            files.Delete(name);
        }

        var snapshot = names.Select(StoreFileNames.SnapshotRevision).Max();
        var revision = snapshot ?? StoreState.FirstRevision;
        DeleteObsolete(files, revision);
        var working = new WorkingState(
            context.Options, context.Time, snapshot is null ? [] : SnapshotFile.Read(files, revision), revision);
        var logs = names.Select(StoreFileNames.LogRevision).OfType<long>().Where(r => r > revision).Order().ToList();
        return Replay(working, logs);
    }

    /// <summary>Deletes what a snapshot makes superfluous.</summary>
    public static void DeleteObsolete(IStoreFiles files, long snapshot)
    {
        foreach (var name in files.List())
        {
            if (StoreFileNames.LogRevision(name) <= snapshot || StoreFileNames.SnapshotRevision(name) < snapshot)
            {
                files.Delete(name);
            }
        }
    }

    /// <exception cref="StoreException"><see cref="StoreFailure.Corrupt"/>: a log is missing before this one.</exception>
    public static void RequireNext(IStoreFiles files, long log, long revision)
    {
        if (log != revision + 1)
        {
            throw new StoreException(
                StoreFailure.Corrupt,
                $"the store is corrupt: {Path.Combine(files.Location, StoreFileNames.Log(log))} begins with revision {log}, "
                + $"but what is before it ends with revision {revision}; restore the folder from a backup");
        }
    }

    /// <exception cref="StoreException"><see cref="StoreFailure.Corrupt"/>: another format, or not readable.</exception>
    public static void CheckMeta(IStoreFiles files)
    {
        int? version;
        try
        {
            using var file = files.Open(StoreFileNames.Meta);
            var content = new byte[file.Length];
            file.Read(content, 0);
            using var document = JsonDocument.Parse(content);
            version = document.RootElement.GetProperty("formatVersion").GetInt32();
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw Corrupt(files, $"cannot be read: {error.Message}; restore the folder from a backup");
        }

        if (version != FormatVersion)
        {
            throw Corrupt(
                files, $"has format version {version}, this program knows {FormatVersion}; use the program that wrote it");
        }
    }

    private RecoveredStore Replay(WorkingState working, List<long> logs)
    {
        long earlier = 0;
        for (var i = 0; i < logs.Count; i++)
        {
            var name = StoreFileNames.Log(logs[i]);
            RequireNext(files, logs[i], working.Revision);
            var isLast = i == logs.Count - 1;
            var end = new LogReader(files, logs[i]).Replay(working, isLast ? long.MaxValue : logs[i + 1] - 1);
            if (isLast)
            {
                if (end.TornBytes > 0)
                {
                    LogTornTail(name, end.TornBytes, end.End);
                }

                return new RecoveredStore(
                    working, working.Seal(), ActiveLog.Continue(files, name, end.Salt, end.End), earlier);
            }

            earlier += end.End;
        }

        return new RecoveredStore(working, working.Seal(), ActiveLog.Create(files, working.Revision + 1), earlier);
    }

    private void EnsureMeta(IReadOnlyList<string> names)
    {
        if (names.Contains(StoreFileNames.Meta))
        {
            CheckMeta(files);
            return;
        }

        if (names.Any(n => (StoreFileNames.LogRevision(n) ?? StoreFileNames.SnapshotRevision(n)) is not null))
        {
            throw Corrupt(files, "is missing although there is data; restore the folder from a backup");
        }

        WriteMeta(files);
    }

    /// <summary>Marks the folder as a store's.</summary>
    public static void WriteMeta(IStoreFiles files)
    {
        const string temporary = StoreFileNames.Meta + StoreFileNames.TemporarySuffix;
        var content = JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, object> { ["formatVersion"] = FormatVersion, ["id"] = Guid.NewGuid() });
        using (var file = files.Create(temporary))
        {
            file.Write(content, 0);
            file.Sync();
        }

        files.Rename(temporary, StoreFileNames.Meta);
        files.Sync();
    }

    private static StoreException Corrupt(IStoreFiles files, string why) =>
        new(StoreFailure.Corrupt, $"the store is corrupt: {Path.Combine(files.Location, StoreFileNames.Meta)} {why}");

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Log} ends with {Bytes} bytes of a write that was never finished; cut off at offset {Offset}")]
    private partial void LogTornTail(string log, long bytes, long offset);
}
