using System.Net;
using System.Net.Sockets;
using Hortus.Objects;

namespace Hortus.GardenApi.Validation;

/// <summary>Rules for networks in CIDR form.</summary>
internal static class Networks
{
    /// <summary>Ranges that control planes use themselves; no shoot network may touch them.</summary>
    private static readonly (string Cidr, string Use)[] Reserved =
    [
        ("240.0.0.0/8", "kube-apiserver"),
        ("241.0.0.0/8", "seed pods"),
        ("242.0.0.0/8", "shoot nodes"),
        ("243.0.0.0/8", "shoot services"),
        ("244.0.0.0/8", "shoot pods"),
        ("fd8f:6d53:b97a:1::/96", "VPN"),
    ];

    /// <summary>Whether both texts are networks and share addresses.</summary>
    public static bool Overlap(string? left, string? right) =>
        IPNetwork.TryParse(left, out var a) && IPNetwork.TryParse(right, out var b)
        && (a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress));

    /// <summary>Requires a network whose address has no bits beyond its prefix.</summary>
    public static void Valid(string? cidr, FieldPath path, FieldErrors errors)
    {
        if (cidr is null)
        {
            return;
        }

        if (!IPNetwork.TryParse(cidr, out var network))
        {
            errors.Invalid(path, cidr, "must be a valid CIDR such as 10.0.0.0/16");
        }
        else if (!IPAddress.Parse(
            cidr.AsSpan(0, cidr.IndexOf('/', StringComparison.Ordinal))).Equals(network.BaseAddress))
        {
            errors.Invalid(path, cidr, $"must be valid canonical CIDR, want {network}");
        }
    }

    /// <summary>Requires that none of the networks (with their paths) share addresses.</summary>
    public static void Disjoint(IReadOnlyList<(FieldPath Path, string? Cidr)> networks, FieldErrors errors)
    {
        for (var i = 0; i < networks.Count; i++)
        {
            foreach (var (path, cidr) in networks.Skip(i + 1))
            {
                if (Overlap(networks[i].Cidr, cidr))
                {
                    errors.Invalid(path, cidr, $"must not overlap with {networks[i].Path} (\"{networks[i].Cidr}\")");
                }
            }
        }
    }

    /// <summary>Requires that a network is of one of the families; null asks for nothing.</summary>
    public static void OfFamily(string? cidr, IReadOnlyList<string>? families, FieldPath path, FieldErrors errors)
    {
        if (families is { Count: > 0 } && IPNetwork.TryParse(cidr, out var network)
            && !families.Contains(network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6" : "IPv4"))
        {
            errors.Invalid(path, cidr, $"must be a network of {string.Join(" or ", families)}, as ipFamilies says");
        }
    }

    /// <summary>Requires that a network stays off the ranges that control planes use themselves.</summary>
    public static void NotReserved(string? cidr, FieldPath path, FieldErrors errors)
    {
        foreach (var (range, use) in Reserved)
        {
            if (Overlap(cidr, range))
            {
                errors.Invalid(path, cidr, $"must not overlap with {range}, which is reserved for {use}");
            }
        }
    }
}
