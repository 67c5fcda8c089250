namespace Hortus.Storage;

/// <summary>A file read through one buffer that grows to the largest piece asked for.</summary>
internal sealed class FileWindow(IStoreFile file)
{
    private byte[] _buffer = new byte[1 << 20];
    private long _start;
    private int _count;

    public long Length { get; } = file.Length;

    /// <summary>Where the zeros begin that the file ends with, not before an offset.</summary>
    public long StartOfLastZeros(long from)
    {
        for (var end = Length; end > from;)
        {
            var start = Math.Max(from, end - _buffer.Length);
            var last = At(start, (int)(end - start)).LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
            {
                return start + last + 1;
            }

            end = start;
        }

        return from;
    }

    /// <summary>These bytes, fewer at the end of the file; valid until the next call.</summary>
    public ReadOnlySpan<byte> At(long offset, int length)
    {
        length = (int)Math.Clamp(Length - offset, 0, length);
        if (offset < _start || offset + length > _start + _count)
        {
            if (_buffer.Length < length)
            {
                _buffer = new byte[length];
            }

            _start = offset;
            _count = file.Read(_buffer, offset);
            length = Math.Min(length, _count);
        }

        return _buffer.AsSpan((int)(offset - _start), length);
    }
}
