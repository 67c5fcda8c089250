using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hortus.Storage;

/// <summary>
/// The log file that is being appended to. Zeros are written ahead of it from time to time: a flush behind which the file has not
/// grown costs the disk half.
/// </summary>
internal sealed class ActiveLog : IDisposable
{
    /// <summary>Zeros written at a time behind the end.</summary>
    public const int ReservedBytes = 256 << 10;

    private const int KeptBuffer = 1 << 20;
    private const int ProbeBytes = 16 << 10;
    private static readonly byte[] Ahead = new byte[ReservedBytes];

    private readonly IStoreFile _file;
    private readonly uint _salt;
    private byte[] _buffer = new byte[64 << 10];
    private long _durable;
    private long _reserved;

    private ActiveLog(IStoreFile file, string name, uint salt, long end)
    {
        _file = file;
        Name = name;
        _salt = salt;
        End = _durable = _reserved = end;
    }

    public string Name { get; }

    /// <summary>Where the next frame goes.</summary>
    public long End { get; private set; }

    public bool IsEmpty => End == LogFormat.HeaderSize;

    /// <summary>Makes a log; it has its name only once its header is on the disk.</summary>
    public static ActiveLog Create(IStoreFiles files, long firstRevision)
    {
        var name = StoreFileNames.Log(firstRevision);
        var temporary = name + StoreFileNames.TemporarySuffix;
        var file = files.Create(temporary);
        try
        {
            var salt = BinaryPrimitives.ReadUInt32LittleEndian(RandomNumberGenerator.GetBytes(sizeof(uint)));
            file.Write(LogFormat.Header(firstRevision, salt), 0);
            file.Sync();
            files.Rename(temporary, name);
            files.Sync();
            return new ActiveLog(file, name, salt, LogFormat.HeaderSize);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Goes on with a log that was read up to its last good frame; what follows is cut off.</summary>
    public static ActiveLog Continue(IStoreFiles files, string name, uint salt, long end)
    {
        var log = new ActiveLog(files.Open(name), name, salt, end);
        try
        {
            // Also what a killed process wrote but did not flush: from now on readers rely on it.
            log.CutTail();
            return log;
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes one frame per change, not yet durable. After a failure <see cref="End"/> is where it was.
    /// </summary>
    /// <param name="changes">What was changed.</param>
    /// <param name="compactedTo">History forgotten after these changes; 0 for none.</param>
    /// <param name="revision">Revision after these changes.</param>
    public void Write(List<StoreChange> changes, long compactedTo, long revision)
    {
        var size = compactedTo > 0 ? LogFormat.CompactionSize : 0;
        foreach (var change in changes)
        {
            size += LogFormat.SizeOf(change);
        }

        if (_buffer.Length < size)
        {
            _buffer = new byte[size];
        }

        var used = 0;
        foreach (var change in changes)
        {
            used += LogFormat.Write(change, _salt, _durable, _buffer.AsSpan(used));
        }

        if (compactedTo > 0)
        {
            used += LogFormat.WriteCompaction(compactedTo, revision, _salt, _durable, _buffer.AsSpan(used));
        }

        Reserve(End + used);
        _file.Write(_buffer.AsSpan(0, used), End);
        End += used;
        if (_buffer.Length > KeptBuffer)
        {
            _buffer = new byte[KeptBuffer];
        }
    }

    public void Sync()
    {
        if (_durable != End)
        {
            _file.Sync();
            _durable = End;
        }
    }

    /// <summary>Removes what a failed write left behind <see cref="End"/>, so that it never comes back.</summary>
    public void CutTail()
    {
        _file.Truncate(End);
        _file.Sync();
        _durable = _reserved = End;
    }

    /// <summary>Whether the disk takes a write again; leaves the file as it was.</summary>
    public void Probe()
    {
        _file.Write(new byte[ProbeBytes], End);
        CutTail();
    }

    public void Dispose() => _file.Dispose();

    private void Reserve(long end)
    {
        if (end <= _reserved)
        {
            return;
        }

        try
        {
            _file.Write(Ahead, end);
            _reserved = end + Ahead.Length;
        }
        catch (IOException)
        {
            // The disk may still take the write itself, which goes without then.
            _file.Truncate(End);
            _reserved = End;
        }
    }
}
