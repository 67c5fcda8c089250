using System.Buffers.Binary;
using System.Text;

namespace Hortus.ApiServer.Decoding.Protobuf;

/// <summary>Steps through the fields of a protobuf message.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private ReadOnlySpan<byte> rest = message;

    /// <summary>Number of the field just read.</summary>
    public int Number { get; private set; }

    /// <summary>Value of a numeric field: varint, or the bits of a fixed one.</summary>
    public ulong Bits { get; private set; }

    /// <summary>Value of a text, bytes or message field.</summary>
    public ReadOnlySpan<byte> Bytes { get; private set; }

    /// <summary>Whether <see cref="Bytes"/> is the value.</summary>
    public bool HasBytes { get; private set; }

    /// <summary>Goes to the next field.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="FormatException">The message is cut off or malformed.</exception>
    public bool Next()
    {
        if (rest.IsEmpty)
        {
            return false;
        }

        var tag = Varint();
        Number = (int)(tag >> 3);
        Bytes = default;
        HasBytes = false;
        switch (tag & 7)
        {
            case 0:
                Bits = Varint();
                break;
            case 1:
                Bits = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                Bytes = Take(Varint());
                HasBytes = true;
                break;
            case 5:
                Bits = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw new FormatException($"field {Number} has the unknown wire type {tag & 7}");
        }

        return true;
    }

    /// <summary>The value as text.</summary>
    /// <exception cref="FormatException">It is not UTF-8.</exception>
    public readonly string Text()
    {
        try
        {
            return StrictUtf8.GetString(Bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException($"field {Number} is not UTF-8");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (var at = 0; at < 10 && at < rest.Length; at++)
        {
            value |= (ulong)(rest[at] & 0x7F) << (7 * at);
            if (rest[at] < 0x80)
            {
                rest = rest[(at + 1)..];
                return value;
            }
        }

        throw new FormatException("the message is cut off");
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            throw new FormatException("the message is cut off");
        }

        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }
}
