using System.Buffers.Binary;
using System.Text;

namespace Hortus.Storage;

/// <summary>A frame of the log that was read. The spans live as long as the buffer.</summary>
internal readonly ref struct LogFrame
{
    /// <summary>The log was known to be on the disk up to here when the frame was written.</summary>
    public required long DurableOffset { get; init; }

    public required long Revision { get; init; }

    public required bool IsDelete { get; init; }

    /// <summary>History up to here is forgotten; the frame changes no key and has the revision of the change before it. 0 for a
    /// change.</summary>
    public required long CompactedTo { get; init; }

    public required ReadOnlySpan<byte> Key { get; init; }

    public required ReadOnlySpan<byte> Value { get; init; }

    /// <summary>Bytes of the whole frame.</summary>
    public required int Size { get; init; }
}

/// <summary>
/// Layout of a log file, little endian. Header: magic, first revision, salt, checksum. Then one frame per change
/// (and one per compaction, whose value is the revision compacted to):
/// <c>crc32c u32 | length u32 | durable offset u64 | type u8 | revision u64 | key length u16 | key | value</c>, where
/// length counts from the type on and the checksum covers everything after itself.
/// </summary>
/// <remarks>
/// The durable offset tells a torn tail from damage: a broken frame followed by a good one that was written when the
/// broken one was already on the disk was broken later. The salt starts every checksum of a file, so that neither old
/// blocks of the disk nor a value that looks like a frame is ever taken for one.
/// </remarks>
internal static class LogFormat
{
    public const int HeaderSize = 24;
    public const int PrefixSize = 16;
    public const int MinFrameSize = PrefixSize + FixedSize;
    public const int CompactionSize = MinFrameSize + sizeof(long);
    private const int FixedSize = 11;
    private const byte Put = 1;
    private const byte Delete = 2;
    private const byte Compact = 3;

    private static ReadOnlySpan<byte> Magic => "hortlog1"u8;

    public static byte[] Header(long firstRevision, uint salt)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), firstRevision);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), salt);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), Crc32C.Append(0, header.AsSpan(0, 20)));
        return header;
    }

    /// <summary>The salt, when this is the header of the log that starts at this revision.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, long firstRevision, out uint salt)
    {
        salt = 0;
        if (header.Length < HeaderSize || !header[..8].SequenceEqual(Magic)
            || BinaryPrimitives.ReadUInt32LittleEndian(header[20..]) != Crc32C.Append(0, header[..20])
            || BinaryPrimitives.ReadInt64LittleEndian(header[8..]) != firstRevision)
        {
            return false;
        }

        salt = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]);
        return true;
    }

    public static int SizeOf(StoreChange change) =>
        MinFrameSize + Encoding.UTF8.GetByteCount(change.Key()) + (change.Current?.Value.Length ?? 0);

    /// <summary>Writes a frame and returns its size.</summary>
    public static int Write(StoreChange change, uint salt, long durableOffset, Span<byte> into)
    {
        var keyLength = Encoding.UTF8.GetBytes(change.Key(), into[MinFrameSize..]);
        var value = change.Current is { } current ? current.Value.Span : default;
        value.CopyTo(into[(MinFrameSize + keyLength)..]);
        into[PrefixSize] = change.Current is null ? Delete : Put;
        BinaryPrimitives.WriteInt64LittleEndian(into[17..], change.Revision);
        return Finish(keyLength, value.Length, salt, durableOffset, into);
    }

    /// <summary>Writes the frame of a compaction and returns its size, <see cref="CompactionSize"/>.</summary>
    public static int WriteCompaction(long compactedTo, long revision, uint salt, long durableOffset, Span<byte> into)
    {
        into[PrefixSize] = Compact;
        BinaryPrimitives.WriteInt64LittleEndian(into[17..], revision);
        BinaryPrimitives.WriteInt64LittleEndian(into[MinFrameSize..], compactedTo);
        return Finish(0, sizeof(long), salt, durableOffset, into);
    }

    private static int Finish(int keyLength, int valueLength, uint salt, long durableOffset, Span<byte> into)
    {
        var size = MinFrameSize + keyLength + valueLength;
        BinaryPrimitives.WriteInt32LittleEndian(into[4..], size - PrefixSize);
        BinaryPrimitives.WriteInt64LittleEndian(into[8..], durableOffset);
        BinaryPrimitives.WriteUInt16LittleEndian(into[25..], (ushort)keyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(into, Crc32C.Append(salt, into[4..size]));
        return size;
    }

    /// <summary>
    /// Size of the frame that starts with these bytes, as far as they can be believed; 0 when they cannot.
    /// </summary>
    public static int SizeOf(ReadOnlySpan<byte> prefix, long available)
    {
        if (prefix.Length < PrefixSize)
        {
            return 0;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix[4..]);
        return length >= FixedSize && length + PrefixSize <= Math.Min(available, int.MaxValue)
            ? (int)length + PrefixSize
            : 0;
    }

    public static long DurableOffset(ReadOnlySpan<byte> prefix) => BinaryPrimitives.ReadInt64LittleEndian(prefix[8..]);

    /// <summary>Reads a whole frame; false when its checksum or its parts are wrong.</summary>
    public static bool TryRead(ReadOnlySpan<byte> frame, uint salt, out LogFrame read)
    {
        read = default;
        if (frame.Length < MinFrameSize
            || BinaryPrimitives.ReadUInt32LittleEndian(frame) != Crc32C.Append(salt, frame[4..]))
        {
            return false;
        }

        var keyLength = BinaryPrimitives.ReadUInt16LittleEndian(frame[25..]);
        if (frame[PrefixSize] is not (Put or Delete or Compact) || MinFrameSize + keyLength > frame.Length
            || (frame[PrefixSize] == Compact && frame.Length != CompactionSize))
        {
            return false;
        }

        read = new LogFrame
        {
            DurableOffset = DurableOffset(frame),
            Revision = BinaryPrimitives.ReadInt64LittleEndian(frame[17..]),
            IsDelete = frame[PrefixSize] == Delete,
            CompactedTo = frame[PrefixSize] == Compact ? BinaryPrimitives.ReadInt64LittleEndian(frame[MinFrameSize..]) : 0,
            Key = frame.Slice(MinFrameSize, keyLength),
            Value = frame[(MinFrameSize + keyLength)..],
            Size = frame.Length,
        };
        return true;
    }
}
