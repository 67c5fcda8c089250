using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hortus.Dns;

/// <summary>Record types that have a form here; a query may ask for any other number.</summary>
public enum DnsType
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,
    Any = 255,
}

/// <summary>A resource record of class IN.</summary>
/// <param name="Name">Owner, normalized.</param>
/// <param name="Type">Type; never <see cref="DnsType.Any"/>.</param>
/// <param name="Ttl">How long others may remember it, in seconds.</param>
/// <param name="Data">The record's data as it stands in a message, names in it uncompressed.</param>
public sealed record DnsRecord(string Name, DnsType Type, uint Ttl, byte[] Data)
{
    private const int TextBytesMax = 255;

    /// <summary>A or AAAA, by the address.</summary>
    public static DnsRecord Address(string name, IPAddress address, uint ttl)
    {
        ArgumentNullException.ThrowIfNull(address);
        var type = address.AddressFamily == AddressFamily.InterNetworkV6 ? DnsType.Aaaa : DnsType.A;
        return new(name, type, ttl, address.GetAddressBytes());
    }

    /// <summary>A name that stands for another one.</summary>
    public static DnsRecord Alias(string name, string target, uint ttl) => new(name, DnsType.Cname, ttl, NameBytes(target));

    /// <summary>A text; one of more than 255 bytes is cut into several strings of the same record.</summary>
    public static DnsRecord Text(string name, string text, uint ttl)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var data = new List<byte>(bytes.Length + 1);
        for (var at = 0; at == 0 || at < bytes.Length; at += TextBytesMax)
        {
            var piece = bytes.AsSpan(at, Math.Min(TextBytesMax, bytes.Length - at));
            data.Add((byte)piece.Length);
            data.AddRange(piece);
        }

        return new(name, DnsType.Txt, ttl, [.. data]);
    }

    /// <summary>Host and port of a service, all with the same weight.</summary>
    public static DnsRecord Server(string name, int port, string target, uint ttl)
    {
        var data = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(2), 100);
        BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(4), (ushort)port);
        return new(name, DnsType.Srv, ttl, [.. data, .. NameBytes(target)]);
    }

    /// <summary>A zone's start of authority: it tells resolvers how long to remember that a name does not exist.</summary>
    /// <param name="serial">Grows with every change of the zone.</param>
    /// <param name="ttl">Seconds for which an absence may be remembered.</param>
    public static DnsRecord Authority(string zone, uint serial, uint ttl)
    {
        const uint refresh = 7200;
        const uint retry = 1800;
        const uint expire = 86400;
        var numbers = new byte[20];
        foreach (var (value, i) in new[] { serial, refresh, retry, expire, ttl }.Select((v, i) => (v, i)))
        {
            BinaryPrimitives.WriteUInt32BigEndian(numbers.AsSpan(i * 4), value);
        }

        return new(zone, DnsType.Soa, ttl, [.. NameBytes($"ns.dns.{zone}"), .. NameBytes($"hostmaster.{zone}"), .. numbers]);
    }

    /// <summary>Where a <see cref="DnsType.Cname"/> leads, normalized.</summary>
    internal string Target()
    {
        var name = new StringBuilder();
        for (var at = 0; Data[at] != 0; at += 1 + Data[at])
        {
            name.Append(name.Length > 0 ? "." : "").Append(Encoding.ASCII.GetString(Data, at + 1, Data[at]));
        }

        return DnsName.Normalize(name.ToString());
    }

    internal static byte[] NameBytes(string name)
    {
        var result = new List<byte>(name.Length + 2);
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var bytes = Encoding.ASCII.GetBytes(label);
            result.Add((byte)Math.Min(bytes.Length, DnsName.LabelBytesMax));
            result.AddRange(bytes.AsSpan(0, Math.Min(bytes.Length, DnsName.LabelBytesMax)));
        }

        result.Add(0);
        return [.. result];
    }
}
