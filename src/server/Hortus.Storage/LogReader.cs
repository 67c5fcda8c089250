using System.Text;

namespace Hortus.Storage;

/// <summary>How far a log could be read.</summary>
/// <param name="Salt">Start of its checksums.</param>
/// <param name="End">Offset behind the last good frame.</param>
/// <param name="TornBytes">Bytes behind it that are not zeros kept for later: of a write that was never finished.</param>
internal readonly record struct LogEnd(uint Salt, long End, long TornBytes);

/// <summary>Applies a log to the state it belongs to.</summary>
internal sealed class LogReader(IStoreFiles files, long firstRevision)
{
    private readonly string _name = StoreFileNames.Log(firstRevision);
    private readonly List<StoreChange> _changes = [];

    /// <param name="working">State to go on from; its revision is the one before the log's first.</param>
    /// <param name="lastRevision">Frames after it are not read: a later log replaces them.</param>
    /// <exception cref="StoreException"><see cref="StoreFailure.Corrupt"/> unless only the tail is torn.</exception>
    public LogEnd Replay(WorkingState working, long lastRevision)
    {
        using var file = files.Open(_name);
        var window = new FileWindow(file);
        if (!LogFormat.TryReadHeader(window.At(0, LogFormat.HeaderSize), firstRevision, out var salt))
        {
            throw Corrupt(0, "its header is damaged");
        }

        long offset = LogFormat.HeaderSize;
        long torn = 0;
        while (offset < window.Length)
        {
            // Behind the last change of a log that another one follows only a compaction counts.
            var isOver = working.Revision >= lastRevision;
            var size = LogFormat.SizeOf(window.At(offset, LogFormat.PrefixSize), window.Length - offset);
            if (size == 0 || !LogFormat.TryRead(window.At(offset, size), salt, out var frame))
            {
                var contentEnd = window.StartOfLastZeros(offset);
                torn = contentEnd - offset;
                if (!isOver)
                {
                    RequireTornTail(window, salt, offset, contentEnd);
                }

                break;
            }

            if (isOver && (frame.CompactedTo == 0 || frame.Revision != working.Revision))
            {
                break;
            }

            Apply(working, frame, offset);
            offset += size;
        }

        return new LogEnd(salt, offset, torn);
    }

    private void Apply(WorkingState working, LogFrame frame, long offset)
    {
        if (frame.CompactedTo > 0)
        {
            if (frame.Revision != working.Revision || frame.CompactedTo > working.Revision)
            {
                throw Corrupt(offset, $"a compaction at revision {frame.Revision} does not follow revision {working.Revision}");
            }

            working.Compact(frame.CompactedTo);
            return;
        }

        var key = Encoding.UTF8.GetString(frame.Key);
        var current = working.Find(key);
        if (frame.Revision != working.Revision + 1 || (frame.IsDelete && current is null))
        {
            throw Corrupt(offset, $"revision {frame.Revision} of {key} does not follow revision {working.Revision}");
        }

        _changes.Add(working.Apply(key, current, frame.IsDelete ? null : frame.Value.ToArray()));
        working.Record(_changes);
        _changes.Clear();
    }

    // A good frame written when the broken one was already on the disk proves that this is no unfinished write.
    private void RequireTornTail(FileWindow window, uint salt, long broken, long contentEnd)
    {
        for (var at = broken + 1; at < contentEnd && at + LogFormat.MinFrameSize <= window.Length; at++)
        {
            var prefix = window.At(at, LogFormat.PrefixSize);
            var size = LogFormat.SizeOf(prefix, window.Length - at);
            if (size == 0)
            {
                continue;
            }

            var durable = LogFormat.DurableOffset(prefix);
            if (durable > broken && durable <= at && LogFormat.TryRead(window.At(at, size), salt, out _))
            {
                throw Corrupt(broken, $"the checksum is wrong, and changes written later follow at offset {at}");
            }
        }
    }

    private StoreException Corrupt(long offset, string why) => new(
        StoreFailure.Corrupt,
        $"the store is corrupt: {Path.Combine(files.Location, _name)} at offset {offset}: {why}; "
        + "restore the folder from a backup");
}
