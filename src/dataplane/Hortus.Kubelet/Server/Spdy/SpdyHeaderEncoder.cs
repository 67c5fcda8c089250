using System.Buffers.Binary;
using System.Text;

namespace Hortus.Kubelet.Server.Spdy;

/// <summary>Writes the header blocks of one direction of a connection as uncompressed blocks of one zlib stream. They
/// are short and few; peers read them like compressed ones.</summary>
internal sealed class SpdyHeaderEncoder
{
    private static readonly byte[] StreamStart = [0x78, 0x01];

    // An empty block: without it the inflater of Go programs looks for a next one before it gives what it has, finds none
    // and is unusable from then on.
    private static readonly byte[] Flush = [0, 0, 0, 0xFF, 0xFF];
    private bool started;

    /// <summary>The next block.</summary>
    /// <param name="headers">Names in lower case, and their values.</param>
    public byte[] Encode(params IReadOnlyList<(string Name, string Value)> headers)
    {
        using var plain = new MemoryStream();
        WriteLength(plain, headers.Count);
        foreach (var (name, value) in headers)
        {
            WriteText(plain, name);
            WriteText(plain, value);
        }

        var length = checked((ushort)plain.Length);
        byte[] start = started ? [] : StreamStart;
        started = true;
        return
        [
            .. start, 0, (byte)length, (byte)(length >> 8), (byte)~length, (byte)(~length >> 8),
            .. plain.GetBuffer().AsSpan(0, length), .. Flush,
        ];
    }

    private static void WriteText(MemoryStream target, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        WriteLength(target, bytes.Length);
        target.Write(bytes);
    }

    private static void WriteLength(MemoryStream target, int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        target.Write(bytes);
    }
}
