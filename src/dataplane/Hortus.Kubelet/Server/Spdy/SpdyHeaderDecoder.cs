using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Hortus.Kubelet.Server.Spdy;

/// <summary>
/// Reads the header blocks of one direction of a connection: together they are one zlib stream that presumes
/// <see cref="SpdyDictionary"/>.
/// </summary>
/// <remarks>The class library's inflater takes no dictionary. It gets the dictionary as an uncompressed block before
/// the peer's data, which fills its window just as well; that output is thrown away.</remarks>
internal sealed class SpdyHeaderDecoder : IDisposable
{
    private const int BlockBytesMax = 64 * 1024;
    private const int DictionaryFlag = 0x20;
    private readonly Feed feed = new();
    private readonly DeflateStream inflate;
    private bool started;

    public SpdyHeaderDecoder() => inflate = new DeflateStream(feed, CompressionMode.Decompress);

    /// <summary>The headers of the next block, by name without regard to case.</summary>
    /// <exception cref="SpdyException">The block is not what it should be.</exception>
    public IReadOnlyDictionary<string, string> Decode(ReadOnlySpan<byte> block)
    {
        try
        {
            if (!started)
            {
                block = Start(block);
                started = true;
            }

            feed.Replace(block);
            return Parse(ReadAll());
        }
        catch (InvalidDataException e)
        {
            throw new SpdyException("a header block is not compressed as it should be", e);
        }
    }

    public void Dispose()
    {
        inflate.Dispose();
        feed.Dispose();
    }

    private ReadOnlySpan<byte> Start(ReadOnlySpan<byte> block)
    {
        if (block.Length < 2 || (block[0] & 0x0F) != 8 || BinaryPrimitives.ReadUInt16BigEndian(block) % 31 != 0)
        {
            throw new SpdyException("the first header block does not begin as a zlib stream");
        }

        if ((block[1] & DictionaryFlag) == 0)
        {
            return block[2..];
        }

        if (block.Length < 6 || BinaryPrimitives.ReadUInt32BigEndian(block[2..]) != SpdyDictionary.Id)
        {
            throw new SpdyException("header blocks are compressed with another dictionary than that of SPDY/3");
        }

        var dictionary = SpdyDictionary.Bytes.Span;
        var length = (ushort)dictionary.Length;
        feed.Replace([0, (byte)length, (byte)(length >> 8), (byte)~length, (byte)(~length >> 8), .. dictionary]);
        if (ReadAll().Length != dictionary.Length)
        {
            throw new InvalidOperationException("the inflater did not take the dictionary");
        }

        return block[6..];
    }

    private ReadOnlySpan<byte> ReadAll()
    {
        var buffer = new byte[4096];
        var length = 0;
        int read;
        while ((read = inflate.Read(buffer, length, buffer.Length - length)) > 0)
        {
            length += read;
            if (length > BlockBytesMax)
            {
                throw new SpdyException($"a header block has more than {BlockBytesMax} bytes");
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * length);
            }
        }

        return buffer.AsSpan(0, length);
    }

    private static Dictionary<string, string> Parse(ReadOnlySpan<byte> block)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        for (var left = ReadLength(ref block); left > 0; left--)
        {
            var name = ReadText(ref block);
            headers[name] = ReadText(ref block);
        }

        return block.IsEmpty ? headers : throw new SpdyException("a header block has bytes after its last header");
    }

    private static string ReadText(ref ReadOnlySpan<byte> block)
    {
        var length = ReadLength(ref block);
        var text = Encoding.UTF8.GetString(block[..length]);
        block = block[length..];
        return text;
    }

    private static int ReadLength(ref ReadOnlySpan<byte> block)
    {
        if (block.Length < sizeof(int))
        {
            throw new SpdyException("a header block ends too early");
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(block);
        block = block[sizeof(int)..];
        return length <= block.Length ? (int)length : throw new SpdyException("a header block ends too early");
    }

    /// <summary>Says "end" when its content is used up, and goes on with the next content.</summary>
    private sealed class Feed : MemoryStream
    {
        public void Replace(ReadOnlySpan<byte> data)
        {
            SetLength(0);
            Write(data);
            Position = 0;
        }
    }
}
