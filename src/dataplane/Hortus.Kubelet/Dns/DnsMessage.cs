using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hortus.Kubelet.Dns;

/// <summary>Record types that the server knows.</summary>
internal enum DnsType
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Aaaa = 28,
    Srv = 33,
}

/// <summary>Answer codes.</summary>
internal enum DnsCode
{
    Success = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    Refused = 5,
}

/// <summary>The one question of a query.</summary>
/// <param name="Name">Lower case, without the final dot.</param>
internal sealed record DnsQuestion(ushort Id, string Name, int Type, bool RecursionDesired, ReadOnlyMemory<byte> Bytes);

/// <summary>A record of an answer.</summary>
internal sealed record DnsRecord(string Name, DnsType Type, byte[] Data);

/// <summary>Reads queries and writes answers, RFC 1035.</summary>
internal static class DnsMessage
{
    public const int UdpBytesMax = 512;
    private const int HeaderBytes = 12;
    private const uint TimeToLiveSeconds = 5;

    /// <summary>The question of a query; null when the bytes are no query with one question.</summary>
    public static DnsQuestion? Read(ReadOnlySpan<byte> message)
    {
        if (message.Length < HeaderBytes || (message[2] & 0xF8) != 0 ||
            BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1)
        {
            return null;
        }

        var name = new StringBuilder();
        var at = HeaderBytes;
        while (at < message.Length && message[at] != 0)
        {
            var length = message[at];
            if (length > 63 || at + 1 + length >= message.Length)
            {
                return null;
            }

            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(message.Slice(at + 1, length)));
            at += 1 + length;
        }

        if (at + 5 > message.Length)
        {
            return null;
        }

        var type = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 1)..]);
        return new DnsQuestion(
            BinaryPrimitives.ReadUInt16BigEndian(message), name.ToString()
                .ToLowerInvariant(), type, (message[2] & 1) != 0,
            message[HeaderBytes..(at + 5)].ToArray());
    }

    /// <summary>An answer of our own.</summary>
    /// <param name="lengthMax">Longest answer in bytes; a longer one is cut and marked so.</param>
    public static byte[] Write(
        DnsQuestion question, DnsCode code, IReadOnlyList<DnsRecord> answers, IReadOnlyList<DnsRecord> authority,
            int lengthMax)
    {
        using var stream = new MemoryStream();
        var header = new byte[HeaderBytes];
        BinaryPrimitives.WriteUInt16BigEndian(header, question.Id);
        header[2] = (byte)(0x84 | (question.RecursionDesired ? 1 : 0));
        header[3] = (byte)(0x80 | (int)code);
        header[5] = 1;
        stream.Write(header);
        stream.Write(question.Bytes.Span);
        var (answered, authorities, cut) = (0, 0, false);
        foreach (var (record, isAnswer) in answers.Select(a => (a, true)).Concat(authority.Select(a => (a, false))))
        {
            var bytes = Encode(record);
            if (stream.Length + bytes.Length > lengthMax)
            {
                cut = true;
                break;
            }

            stream.Write(bytes);
            answered += isAnswer ? 1 : 0;
            authorities += isAnswer ? 0 : 1;
        }

        var result = stream.ToArray();
        result[2] |= (byte)(cut ? 2 : 0);
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(6), (ushort)answered);
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(8), (ushort)authorities);
        return result;
    }

    public static DnsRecord Address(string name, IPAddress address) =>
        new(name, address.AddressFamily == AddressFamily.InterNetworkV6 ? DnsType.Aaaa
            : DnsType.A, address.GetAddressBytes());

    public static DnsRecord Alias(string name, string target) => new(name, DnsType.Cname, EncodeName(target));

    public static DnsRecord Server(string name, int port, string target)
    {
        var data = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), 100);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), (ushort)port);
        return new DnsRecord(name, DnsType.Srv, [.. data, .. EncodeName(target)]);
    }

    /// <summary>The zone's start of authority: it tells resolvers how long to remember that a name does not
    /// exist.</summary>
    public static DnsRecord Authority(string zone)
    {
        var numbers = new byte[20];
        foreach (var (value, i) in new uint[] { 1, 7200, 1800, 86400, TimeToLiveSeconds }.Select((v, i) => (v, i)))
        {
            BinaryPrimitives.WriteUInt32BigEndian(numbers.AsSpan(i * 4), value);
        }

        return new DnsRecord(
            zone, DnsType.Soa, [.. EncodeName($"ns.dns.{zone}"), .. EncodeName($"hostmaster.{zone}"), .. numbers]);
    }

    private static byte[] Encode(DnsRecord record)
    {
        var name = EncodeName(record.Name);
        var tail = new byte[10];
        BinaryPrimitives.WriteUInt16BigEndian(tail, (ushort)record.Type);
        BinaryPrimitives.WriteUInt16BigEndian(tail.AsSpan(2), 1);
        BinaryPrimitives.WriteUInt32BigEndian(tail.AsSpan(4), TimeToLiveSeconds);
        BinaryPrimitives.WriteUInt16BigEndian(tail.AsSpan(8), (ushort)record.Data.Length);
        return [.. name, .. tail, .. record.Data];
    }

    private static byte[] EncodeName(string name)
    {
        var result = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var bytes = Encoding.ASCII.GetBytes(label);
            result.Add((byte)Math.Min(bytes.Length, 63));
            result.AddRange(bytes.Take(63));
        }

        result.Add(0);
        return [.. result];
    }
}
