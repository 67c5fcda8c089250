using System.Buffers;

namespace Hortus.ApiServer.Output;

/// <summary>Bytes on their way out, in an array of the shared pool; holds none while it is empty. One thread at a time.</summary>
internal sealed class ByteBuffer : IBufferWriter<byte>, IDisposable
{
    private const int SizeMin = 4 * 1024;
    private byte[] bytes = [];

    /// <summary>Number of bytes written since the last <see cref="Clear"/>.</summary>
    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return bytes.AsSpan(Length);
    }

    /// <summary>Forgets what was written and gives the array back.</summary>
    public void Clear()
    {
        Length = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = [];
        }
    }

    /// <summary>Forgets what was written and keeps the array for more.</summary>
    public void Reset() => Length = 0;

    public void Dispose() => Clear();

    private void Reserve(int sizeHint)
    {
        if (bytes.Length - Length >= Math.Max(sizeHint, 1))
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(SizeMin, Math.Max(2 * bytes.Length, Length + sizeHint)));
        Written.CopyTo(larger);
        var length = Length;
        Clear();
        bytes = larger;
        Length = length;
    }
}
