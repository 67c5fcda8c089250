using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Hortus.KubeControllers.Nodes;

/// <summary>Cuts the address range of all pods into ranges of nodes. Safe for many threads.</summary>
internal sealed class NodeRanges
{
    private readonly Lock gate = new();
    private readonly uint first;
    private readonly int prefix;
    private readonly long count;
    private readonly Dictionary<string, string> taken = new(StringComparer.Ordinal);

    /// <param name="cluster">IPv4 range of all pods, for example <c>10.3.0.0/16</c>.</param>
    /// <param name="prefix">Prefix length of a node's range.</param>
    /// <exception cref="FormatException">The range is no IPv4 range, or smaller than a node's.</exception>
    public NodeRanges(string cluster, int prefix)
    {
        if (!IPNetwork.TryParse(cluster, out var range) ||
            range.BaseAddress.AddressFamily != AddressFamily.InterNetwork)
        {
            throw new FormatException(
                $"invalid value \"{cluster}\" for --cluster-cidr: want an IPv4 range such as 10.3.0.0/16");
        }

        if (prefix < range.PrefixLength || prefix > 30)
        {
            throw new FormatException(
                $"invalid value {prefix} for --node-cidr-mask-size-ipv4: want a number from {range.PrefixLength} " +
                $"(the prefix length of --cluster-cidr) to 30");
        }

        this.prefix = prefix;
        first = BinaryPrimitives.ReadUInt32BigEndian(range.BaseAddress.GetAddressBytes());
        count = 1L << (prefix - range.PrefixLength);
    }

    /// <summary>Notes a range that a node has already.</summary>
    public void Take(string node, string range)
    {
        lock (gate)
        {
            taken[range] = node;
        }
    }

    /// <summary>A free range for the node, or the one it was given; null when all are taken.</summary>
    public string? Allocate(string node)
    {
        lock (gate)
        {
            if (taken.FirstOrDefault(t => t.Value == node).Key is { } given)
            {
                return given;
            }

            for (var i = 0L; i < count; i++)
            {
                var range = Text(i);
                if (taken.TryAdd(range, node))
                {
                    return range;
                }
            }

            return null;
        }
    }

    /// <summary>Frees what the node had.</summary>
    public void Release(string node)
    {
        lock (gate)
        {
            foreach (var (range, _) in taken.Where(t => t.Value == node).ToList())
            {
                taken.Remove(range);
            }
        }
    }

    private string Text(long index)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, first + (uint)(index << (32 - prefix)));
        return $"{new IPAddress(bytes)}/{prefix}";
    }
}
