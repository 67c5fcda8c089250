using System.Buffers.Binary;
using System.Text;

namespace Hortus.Storage;

/// <summary>
/// All newest values as of one revision. Header: magic, revision, number of values, checksum. Then blocks of about 1
/// MiB, <c>length u32 | crc32c u32 | values</c>, each value <c>create revision u64 | mod revision u64 | key length u16
/// | value length u32 | key | value</c>; a block of length 0 ends the file.
/// </summary>
internal static class SnapshotFile
{
    private const int HeaderSize = 28;
    private const int BlockPrefix = 8;
    private const int EntryPrefix = 22;
    private const int BlockSize = 1 << 20;

    private static ReadOnlySpan<byte> Magic => "hortsnp1"u8;

    /// <summary>Writes the file; it has its name only once it is whole and on the disk.</summary>
    public static void Write(IStoreFiles files, StoreState state) =>
        Write(files, StoreFileNames.Snapshot(state.Revision), state);

    /// <summary>Writes the file under any name.</summary>
    public static void Write(IStoreFiles files, string name, StoreState state)
    {
        var temporary = name + StoreFileNames.TemporarySuffix;
        using (var file = files.Create(temporary))
        {
            WriteContent(file, state);
            file.Sync();
        }

        files.Rename(temporary, name);
        files.Sync();
    }

    /// <summary>The values in order of keys.</summary>
    /// <exception cref="StoreException"><see cref="StoreFailure.Corrupt"/>, naming file and offset.</exception>
    public static IEnumerable<StoredValue> Read(IStoreFiles files, long revision) =>
        Read(files, StoreFileNames.Snapshot(revision), revision);

    /// <summary>The revision a file says it is of.</summary>
    /// <exception cref="StoreException"><see cref="StoreFailure.Corrupt"/>: it is no such file.</exception>
    public static long RevisionOf(IStoreFiles files, string name)
    {
        using var file = files.Open(name);
        var header = new byte[HeaderSize];
        file.Read(header, 0);
        var revision = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(8));
        return ReadHeader(new FileWindow(file), revision) is null
            ? throw Corrupt(files, name, 0, "it does not begin as a snapshot or a backup does")
            : revision;
    }

    /// <summary>The values of a file with any name, in order of keys.</summary>
    /// <exception cref="StoreException"><see cref="StoreFailure.Corrupt"/>, naming file and offset.</exception>
    public static IEnumerable<StoredValue> Read(IStoreFiles files, string name, long revision)
    {
        using var file = files.Open(name);
        var window = new FileWindow(file);
        var count = ReadHeader(window, revision) ?? throw Corrupt(files, name, 0, "its header is damaged");
        long offset = HeaderSize;
        while (ReadBlock(window, offset, out var size) is { } block)
        {
            foreach (var value in block)
            {
                count--;
                yield return value;
            }

            if (block.Count == 0)
            {
                break;
            }

            offset += size;
        }

        if (count != 0)
        {
            throw Corrupt(files, name, offset, "the checksum of a block is wrong or the file is cut short");
        }
    }

    private static StoreException Corrupt(IStoreFiles files, string name, long offset, string why) => new(
        StoreFailure.Corrupt,
        $"the store is corrupt: {Path.Combine(files.Location, name)} at offset {offset}: {why}; "
        + "restore the folder from a backup");

    private static void WriteContent(IStoreFile file, StoreState state)
    {
        var header = new byte[HeaderSize];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), state.Revision);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), state.Index.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(24), Crc32C.Append(0, header.AsSpan(0, 24)));
        file.Write(header, 0);
        long offset = HeaderSize;
        var block = new byte[BlockSize];
        var used = BlockPrefix;
        foreach (var value in state.Index.All())
        {
            var size = EntryPrefix + Encoding.UTF8.GetByteCount(value.Key) + value.Value.Length;
            if (used > BlockPrefix && used + size > block.Length)
            {
                offset += WriteBlock(file, block.AsSpan(0, used), offset);
                used = BlockPrefix;
            }

            if (used + size > block.Length)
            {
                block = new byte[used + size];
            }

            used += WriteEntry(value, block.AsSpan(used));
        }

        if (used > BlockPrefix)
        {
            offset += WriteBlock(file, block.AsSpan(0, used), offset);
        }

        WriteBlock(file, block.AsSpan(0, BlockPrefix), offset);
    }

    private static int WriteBlock(IStoreFile file, Span<byte> block, long offset)
    {
        BinaryPrimitives.WriteInt32LittleEndian(block, block.Length - BlockPrefix);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], Crc32C.Append((uint)offset, block[BlockPrefix..]));
        file.Write(block, offset);
        return block.Length;
    }

    private static int WriteEntry(StoredValue value, Span<byte> into)
    {
        BinaryPrimitives.WriteInt64LittleEndian(into, value.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(into[8..], value.ModRevision);
        var keyLength = Encoding.UTF8.GetBytes(value.Key, into[EntryPrefix..]);
        BinaryPrimitives.WriteUInt16LittleEndian(into[16..], (ushort)keyLength);
        BinaryPrimitives.WriteInt32LittleEndian(into[18..], value.Value.Length);
        value.Value.Span.CopyTo(into[(EntryPrefix + keyLength)..]);
        return EntryPrefix + keyLength + value.Value.Length;
    }

    private static long? ReadHeader(FileWindow window, long revision)
    {
        var header = window.At(0, HeaderSize);
        return header.Length == HeaderSize
            && header[..8].SequenceEqual(Magic)
            && BinaryPrimitives.ReadInt64LittleEndian(header[8..]) == revision
            && BinaryPrimitives.ReadUInt32LittleEndian(header[24..]) == Crc32C.Append(0, header[..24])
            ? BinaryPrimitives.ReadInt64LittleEndian(header[16..])
            : null;
    }

    // Null when the block is damaged or missing.
    private static List<StoredValue>? ReadBlock(FileWindow window, long offset, out int size)
    {
        size = 0;
        var prefix = window.At(offset, BlockPrefix);
        if (prefix.Length < BlockPrefix)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(prefix);
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(prefix[4..]);
        if (length > window.Length - offset - BlockPrefix || length > int.MaxValue - BlockPrefix)
        {
            return null;
        }

        size = (int)length + BlockPrefix;
        var content = window.At(offset + BlockPrefix, (int)length);
        if (content.Length != length || Crc32C.Append((uint)offset, content) != checksum)
        {
            return null;
        }

        var values = new List<StoredValue>();
        while (!content.IsEmpty)
        {
            var keyLength = BinaryPrimitives.ReadUInt16LittleEndian(content[16..]);
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(content[18..]);
            values.Add(new StoredValue(
                Encoding.UTF8.GetString(content.Slice(EntryPrefix, keyLength)),
                content.Slice(EntryPrefix + keyLength, valueLength).ToArray(),
                BinaryPrimitives.ReadInt64LittleEndian(content),
                BinaryPrimitives.ReadInt64LittleEndian(content[8..])));
            content = content[(EntryPrefix + keyLength + valueLength)..];
        }

        return values;
    }
}
