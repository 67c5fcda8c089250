using System.Buffers.Binary;

namespace Hortus.Kubelet.Server.Spdy;

/// <summary>Kinds of control frames.</summary>
internal enum SpdyFrameType
{
    SynStream = 1,
    SynReply = 2,
    ResetStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>Why a stream is reset.</summary>
internal enum SpdyResetReason
{
    ProtocolError = 1,
    InvalidStream = 2,
    RefusedStream = 3,
    Cancel = 5,
}

/// <summary>The first eight bytes of a frame.</summary>
/// <param name="IsControl">Whether it is a control frame; otherwise it carries data.</param>
/// <param name="Version">Protocol version of a control frame.</param>
/// <param name="Type">Kind of a control frame, perhaps one that is not known.</param>
/// <param name="StreamId">Stream of a data frame.</param>
/// <param name="Flags">Bits whose meaning depends on the frame.</param>
/// <param name="Length">How many bytes follow.</param>
internal readonly record struct SpdyFrameHead(
    bool IsControl, int Version, SpdyFrameType Type, int StreamId, byte Flags, int Length)
{
    /// <summary>Bytes of a head.</summary>
    public const int Size = 8;

    /// <summary>The sender sends nothing more on the stream.</summary>
    public const byte Final = 1;

    private const int ProtocolVersion = 3;
    private const uint ControlBit = 0x8000_0000;

    public bool IsFinal => (Flags & Final) != 0;

    /// <summary>Whether the version is the one that this code speaks.</summary>
    public bool IsKnownVersion => !IsControl || Version == ProtocolVersion;

    public static SpdyFrameHead Read(ReadOnlySpan<byte> bytes)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var second = BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]);
        var isControl = (first & ControlBit) != 0;
        return new SpdyFrameHead(
            isControl,
            isControl ? (int)((first & ~ControlBit) >> 16) : 0,
            (SpdyFrameType)(isControl ? first & 0xFFFF : 0),
            isControl ? 0 : (int)first,
            (byte)(second >> 24),
            (int)(second & 0xFF_FFFF));
    }

    /// <summary>Writes the head of a data frame.</summary>
    public static void WriteData(Span<byte> target, int streamId, int length, bool final)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, streamId);
        BinaryPrimitives.WriteInt32BigEndian(target[4..], length | (final ? Final << 24 : 0));
    }

    /// <summary>A control frame of 32-bit numbers, with a body after them.</summary>
    public static byte[] Control(SpdyFrameType type, ReadOnlySpan<int> numbers, ReadOnlySpan<byte> body = default)
    {
        var length = (numbers.Length * sizeof(int)) + body.Length;
        var frame = new byte[Size + length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, ControlBit | (ProtocolVersion << 16) | (uint)type);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), length);
        var rest = frame.AsSpan(Size);
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt32BigEndian(rest, number);
            rest = rest[sizeof(int)..];
        }

        body.CopyTo(rest);
        return frame;
    }
}
