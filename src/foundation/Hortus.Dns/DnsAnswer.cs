using System.Buffers.Binary;

namespace Hortus.Dns;

/// <summary>An answer of our own.</summary>
/// <param name="Code">What came of it.</param>
/// <param name="Answers">The records asked for, aliases first.</param>
/// <param name="Authority">The zone's start of authority when there are no records.</param>
public sealed record DnsAnswer(DnsCode Code, IReadOnlyList<DnsRecord> Answers, IReadOnlyList<DnsRecord> Authority)
{
    /// <summary>Largest answer over UDP that is sent, whatever the other side takes: it passes any path in one piece.</summary>
    public const int UdpBytesMax = 1232;

    /// <summary>Largest answer over TCP.</summary>
    public const int TcpBytesMax = ushort.MaxValue;

    private const int EdnsBytes = 11;
    private const ushort ToQuestion = 0xC000 | DnsQuery.HeaderBytes;

    /// <summary>An answer without records.</summary>
    public static DnsAnswer Of(DnsCode code) => new(code, [], []);

    /// <summary>Records of a name, or none of them for a name that exists.</summary>
    public static DnsAnswer Found(IReadOnlyList<DnsRecord> records, DnsRecord authority)
    {
        ArgumentNullException.ThrowIfNull(records);
        return new(DnsCode.Success, records, records.Count > 0 ? [] : [authority]);
    }

    /// <summary>There is no such name.</summary>
    public static DnsAnswer NoSuchName(DnsRecord authority) => new(DnsCode.NameError, [], [authority]);

    /// <summary>The message that answers a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="isTcp">Whether it came over TCP; over UDP an answer that is too long is cut and marked so.</param>
    public byte[] Write(DnsQuery query, bool isTcp)
    {
        ArgumentNullException.ThrowIfNull(query);
        var lengthMax = isTcp ? TcpBytesMax : Math.Min(query.UdpBytesMax, UdpBytesMax);
        using var stream = new MemoryStream();
        stream.Write(Header(query));
        stream.Write(query.QuestionBytes.Span);
        var counts = WriteRecords(stream, query, lengthMax - (query.HasEdns ? EdnsBytes : 0));
        if (query.HasEdns)
        {
            stream.Write(Edns());
        }

        var result = stream.ToArray();
        result[2] |= (byte)(counts.IsCut ? 2 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(6), counts.Answers);
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(8), counts.Authority);
        return result;
    }

    private byte[] Header(DnsQuery query)
    {
        var header = new byte[DnsQuery.HeaderBytes];
        var asked = query.Bytes.Span;
        asked[..2].CopyTo(header);
        var isOurs = Code is DnsCode.Success or DnsCode.NameError;

        // Answer, with the opcode and "recursion desired" of the query; authoritative when it is from our own data.
        header[2] = (byte)(0x80 | (asked[2] & 0x79) | (isOurs ? 4 : 0));
        header[3] = (byte)(0x80 | ((int)Code & 0xF));
        header[5] = (byte)(query.QuestionBytes.IsEmpty ? 0 : 1);
        header[11] = (byte)(query.HasEdns ? 1 : 0);
        return header;
    }

    private (ushort Answers, ushort Authority, bool IsCut) WriteRecords(MemoryStream stream, DnsQuery query, int lengthMax)
    {
        var (answers, authority) = (0, 0);
        foreach (var (record, isAnswer) in Answers.Select(r => (r, true)).Concat(Authority.Select(r => (r, false))))
        {
            var bytes = Encode(record, query.Question.Name);
            if (stream.Length + bytes.Length > lengthMax)
            {
                return ((ushort)answers, (ushort)authority, true);
            }

            stream.Write(bytes);
            answers += isAnswer ? 1 : 0;
            authority += isAnswer ? 0 : 1;
        }

        return ((ushort)answers, (ushort)authority, false);
    }

    // Most records are the asked name's own: its two-byte pointer keeps answers short.
    private static byte[] Encode(DnsRecord record, string asked)
    {
        byte[] name = record.Name == asked && asked.Length > 0
            ? [ToQuestion >> 8, ToQuestion & 0xFF]
            : DnsRecord.NameBytes(record.Name);
        var tail = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(tail, (ushort)record.Type);
        BinaryPrimitives.WriteUInt16BigEndian(tail.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32BigEndian(tail.AsSpan(4), record.Ttl);
        BinaryPrimitives.WriteUInt16BigEndian(tail.AsSpan(8), (ushort)record.Data.Length);
        return [.. name, .. tail, .. record.Data];
    }

    // Root, OPT, the payload we take, upper bits of the code, version 0, no flags, no options.
    private byte[] Edns() => [0, 0, 41, UdpBytesMax >> 8, UdpBytesMax & 0xFF, (byte)((int)Code >> 4), 0, 0, 0, 0, 0];
}

/// <summary>Something that knows names.</summary>
public interface IDnsSource
{
    /// <summary>The answer; null when names like this one are somebody else's.</summary>
    DnsAnswer? Find(DnsQuestion question);
}
