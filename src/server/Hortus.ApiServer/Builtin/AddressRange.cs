using System.Net;
using System.Numerics;

namespace Hortus.ApiServer.Builtin;

/// <summary>The usable addresses of a CIDR: network and (for IPv4) broadcast address left out.</summary>
internal sealed class AddressRange
{
    // Larger ranges are used up to this many addresses, as upstream does.
    private const int SizeMax = 1 << 20;

    private readonly BigInteger first;
    private readonly IPNetwork network;

    private AddressRange(IPNetwork network)
    {
        this.network = network;
        first = Number(network.BaseAddress) + 1;
        var bits = (IsIPv6 ? 128 : 32) - network.PrefixLength;
        var size = BigInteger.Pow(2, bits) - (IsIPv6 ? 1 : 2);
        Size = size > SizeMax ? SizeMax : Math.Max(0, (int)size);
    }

    /// <summary>How many addresses there are.</summary>
    public int Size { get; }

    public bool IsIPv6 => network.BaseAddress.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;

    /// <summary>Name of the IP family in the API.</summary>
    public string Family => IsIPv6 ? "IPv6" : "IPv4";

    /// <summary>The first usable address.</summary>
    public IPAddress First => this[0];

    /// <summary>The usable address with an index below <see cref="Size"/>.</summary>
    public IPAddress this[int index]
    {
        get
        {
            var bytes = (first + index).ToByteArray(isUnsigned: true, isBigEndian: true);
            var address = new byte[IsIPv6 ? 16 : 4];
            bytes.CopyTo(address, address.Length - bytes.Length);
            return new IPAddress(address);
        }
    }

    /// <summary>Parses a CIDR such as <c>10.0.0.0/24</c>.</summary>
    /// <exception cref="FormatException">The text is no CIDR, or the range has no usable address.</exception>
    public static AddressRange Parse(string cidr)
    {
        if (!IPNetwork.TryParse(cidr, out var network))
        {
            throw new FormatException(
                $"invalid value \"{cidr}\" for --service-cluster-ip-range: want a CIDR such as 10.0.0.0/24");
        }

        var range = new AddressRange(network);
        return range.Size > 0
            ? range
            : throw new FormatException(
                $"invalid value \"{cidr}\" for --service-cluster-ip-range: the range has no usable address");
    }

    /// <summary>Whether a service may have the address.</summary>
    public bool Contains(IPAddress address)
    {
        if (address.AddressFamily != network.BaseAddress.AddressFamily || !network.Contains(address))
        {
            return false;
        }

        var index = Number(address) - first;
        return index >= 0 && index < Size;
    }

    public override string ToString() => network.ToString();

    private static BigInteger Number(IPAddress address) =>
        new(address.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
}
