using System.Buffers.Binary;
using System.Text;

namespace Hortus.Dns;

/// <summary>Answer codes; those above 15 need EDNS to be told.</summary>
public enum DnsCode
{
    Success = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
    BadVersion = 16,
}

/// <summary>What a query asks.</summary>
/// <param name="Name">Normalized.</param>
/// <param name="Type">A number of <see cref="DnsType"/>, or any other.</param>
public sealed record DnsQuestion(string Name, int Type);

/// <summary>A query as it came in, RFC 1035 section 4 and RFC 6891 (EDNS).</summary>
public sealed class DnsQuery
{
    internal const int HeaderBytes = 12;
    private const int OptType = 41;
    private const int ClassIn = 1;
    private const int ClassAny = 255;
    private const int UdpBytesMin = 512;

    private DnsQuery(ReadOnlyMemory<byte> bytes)
    {
        Bytes = bytes;
    }

    /// <summary>The whole message.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>The question; without a name when <see cref="Fault"/> is a format error.</summary>
    public DnsQuestion Question { get; private set; } = new("", 0);

    /// <summary>Why the query gets no answer; <see cref="DnsCode.Success"/> when it does.</summary>
    public DnsCode Fault { get; private set; }

    /// <summary>Largest answer over UDP that the sender takes, in bytes.</summary>
    public int UdpBytesMax { get; private set; } = UdpBytesMin;

    internal bool HasEdns { get; private set; }

    /// <summary>The question as it came, with the sender's spelling.</summary>
    internal ReadOnlyMemory<byte> QuestionBytes { get; private set; }

    /// <summary>Reads a message; null when it is none that may be answered, such as an answer.</summary>
    public static DnsQuery? Read(ReadOnlyMemory<byte> message)
    {
        var span = message.Span;
        if (span.Length < HeaderBytes || (span[2] & 0x80) != 0)
        {
            return null;
        }

        var query = new DnsQuery(message);
        query.Fault = (span[2] & 0x78) != 0 ? DnsCode.NotImplemented : query.ReadBody(span);
        return query;
    }

    private DnsCode ReadBody(ReadOnlySpan<byte> message)
    {
        var (questions, answers, authorities, additionals) = (
            Number(message, 4), Number(message, 6), Number(message, 8), Number(message, 10));
        var at = HeaderBytes;
        if (questions != 1 || answers != 0 || authorities != 0
            || ReadName(message, ref at) is not { } name || at + 4 > message.Length)
        {
            return DnsCode.FormatError;
        }

        var (type, @class) = (Number(message, at), Number(message, at + 2));
        at += 4;
        QuestionBytes = Bytes[HeaderBytes..at];
        Question = new DnsQuestion(name, type);
        for (var i = 0; i < additionals; i++)
        {
            if (ReadAdditional(message, ref at) is not DnsCode.Success and var fault)
            {
                return fault;
            }
        }

        return @class is ClassIn or ClassAny ? DnsCode.Success : DnsCode.Refused;
    }

    private DnsCode ReadAdditional(ReadOnlySpan<byte> message, ref int at)
    {
        if (ReadName(message, ref at) is not { } owner || at + 10 > message.Length)
        {
            return DnsCode.FormatError;
        }

        var (type, payload, version) = (Number(message, at), Number(message, at + 2), message[at + 5]);
        at += 10 + Number(message, at + 8);
        if (at > message.Length)
        {
            return DnsCode.FormatError;
        }

        if (type != OptType)
        {
            return DnsCode.Success;
        }

        if (HasEdns || owner.Length > 0)
        {
            return DnsCode.FormatError;
        }

        HasEdns = true;
        UdpBytesMax = Math.Max(payload, UdpBytesMin);
        return version == 0 ? DnsCode.Success : DnsCode.BadVersion;
    }

    // Queries have nothing before their names that a pointer could lead to.
    private static string? ReadName(ReadOnlySpan<byte> message, ref int at)
    {
        var (name, start) = (new StringBuilder(), at);
        while (at < message.Length)
        {
            var length = message[at++];
            if (length == 0)
            {
                return at - start <= DnsName.WireBytesMax ? name.ToString().ToLowerInvariant() : null;
            }

            if (length > DnsName.LabelBytesMax || at + length > message.Length)
            {
                return null;
            }

            name.Append(name.Length > 0 ? "." : "").Append(Encoding.Latin1.GetString(message.Slice(at, length)));
            at += length;
        }

        return null;
    }

    private static int Number(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
}
