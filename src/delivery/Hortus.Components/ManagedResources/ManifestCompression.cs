using System.Buffers;
using System.IO.Compression;

namespace Hortus.Components;

/// <summary>
/// Brotli as ManagedResources use it. Brotli streams carry no checksum and a cut one looks whole to a lenient reader, so reading is
/// strict: the stream must end, and must end where the bytes end.
/// </summary>
public static class ManifestCompression
{
    /// <summary>Where size stops falling quickly and time starts rising. The library's own default is another.</summary>
    public const int Quality = 6;

    /// <summary>Window of 2^22 bytes, brotli's usual one.</summary>
    public const int Window = 22;

    /// <summary>Most bytes that are taken out of one ManagedResource's Secrets: a few hundred bytes can hold gigabytes.</summary>
    public const int OutputMax = 64 * 1024 * 1024;

    private const int FirstBuffer = 16 * 1024;

    /// <summary>Compresses; the same bytes always give the same stream.</summary>
    public static byte[] Compress(ReadOnlySpan<byte> content)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(content.Length));
        try
        {
            return BrotliEncoder.TryCompress(content, buffer, out var written, Quality, Window)
                ? buffer[..written]
                : throw new InvalidOperationException($"brotli needs more room than it asked for, to compress {content.Length} bytes");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    /// <summary>Takes a whole stream apart.</summary>
    /// <param name="stream">One Brotli stream and nothing behind it.</param>
    /// <param name="outputMax">Most bytes to give back.</param>
    /// <exception cref="ManifestFormatException">The stream is cut, broken or followed by other bytes, or holds more than
    /// the limit.</exception>
    public static byte[] Decompress(ReadOnlySpan<byte> stream, int outputMax = OutputMax)
    {
        using var decoder = new BrotliDecoder();
        var output = new byte[Math.Min(outputMax, Math.Max(FirstBuffer, stream.Length * 4L))];
        var (read, written) = (0, 0);
        while (true)
        {
            var status = decoder.Decompress(stream[read..], output.AsSpan(written), out var consumed, out var produced);
            read += consumed;
            written += produced;
            switch (status)
            {
                case OperationStatus.Done when read == stream.Length:
                    return output.AsSpan(0, written).ToArray();
                case OperationStatus.Done:
                    throw new ManifestFormatException(
                        $"the brotli stream ends after {read} bytes, but {stream.Length - read} more bytes follow");
                case OperationStatus.NeedMoreData:
                    throw new ManifestFormatException($"the brotli stream is cut off after {stream.Length} bytes");
                case OperationStatus.DestinationTooSmall when written >= outputMax:
                    throw new ManifestFormatException($"the brotli stream holds more than the limit of {outputMax} bytes");
                case OperationStatus.DestinationTooSmall:
                    Array.Resize(ref output, (int)Math.Min(outputMax, output.Length * 2L));
                    break;
                default:
                    throw new ManifestFormatException($"not a brotli stream, or a damaged one (near byte {read} of {stream.Length})");
            }
        }
    }
}
