using System.Buffers.Binary;
using System.Text;

namespace Hortus.Local.FrontDoor;

/// <summary>Reads the server name out of a TLS ClientHello. Source: RFC 8446 section 4.1.2, RFC 6066 section 3.</summary>
public static class ClientHello
{
    /// <summary>A ClientHello longer than this is refused.</summary>
    public const int LengthMax = 16 * 1024;

    private const int RecordHeaderLength = 5;
    private const byte HandshakeRecord = 22;
    private const byte ClientHelloMessage = 1;
    private const int ServerNameExtension = 0;

    /// <summary>Tries to find the server name in what has arrived so far.</summary>
    /// <returns>Whether more bytes are needed, the name was found, or there is none.</returns>
    public static ClientHelloResult Read(ReadOnlySpan<byte> received, out string? serverName)
    {
        serverName = null;
        if (received.Length < RecordHeaderLength)
        {
            return received.Length > 0 && received[0] != HandshakeRecord ? ClientHelloResult.NotTls : ClientHelloResult.Incomplete;
        }

        if (received[0] != HandshakeRecord)
        {
            return ClientHelloResult.NotTls;
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(received[3..]);
        if (length > LengthMax)
        {
            return ClientHelloResult.NotTls;
        }

        if (received.Length < RecordHeaderLength + length)
        {
            return ClientHelloResult.Incomplete;
        }

        var reader = new Reader(received.Slice(RecordHeaderLength, length));
        serverName = FindServerName(ref reader);
        return serverName is null ? ClientHelloResult.NoServerName : ClientHelloResult.Found;
    }

    private static string? FindServerName(ref Reader hello)
    {
        // Message type and length, version, random; then session id, cipher suites, compression methods.
        if (hello.Byte() != ClientHelloMessage)
        {
            return null;
        }

        hello.Skip(3 + 2 + 32);
        hello.Skip(hello.Byte());
        hello.Skip(hello.UInt16());
        hello.Skip(hello.Byte());
        var extensions = new Reader(hello.Take(hello.UInt16()));
        while (extensions.Remaining >= 4)
        {
            var type = extensions.UInt16();
            var body = new Reader(extensions.Take(extensions.UInt16()));
            if (type != ServerNameExtension)
            {
                continue;
            }

            // List length, name type (0 = host name), name.
            body.Skip(2);
            return body.Byte() == 0 ? Encoding.ASCII.GetString(body.Take(body.UInt16())) : null;
        }

        return null;
    }

    /// <summary>Reads big-endian fields; past the end everything is zero or empty, so that broken input cannot throw.</summary>
    private ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> rest = bytes;

        public readonly int Remaining => rest.Length;

        public int Byte()
        {
            var taken = Take(1);
            return taken.IsEmpty ? 0 : taken[0];
        }

        public int UInt16()
        {
            var taken = Take(2);
            return taken.Length < 2 ? 0 : BinaryPrimitives.ReadUInt16BigEndian(taken);
        }

        public void Skip(int count) => Take(count);

        public ReadOnlySpan<byte> Take(int count)
        {
            var taken = rest[..Math.Min(count, rest.Length)];
            rest = rest[taken.Length..];
            return taken;
        }
    }
}

/// <summary>What <see cref="ClientHello.Read"/> found.</summary>
public enum ClientHelloResult
{
    Incomplete,
    Found,
    NoServerName,
    NotTls,
}
