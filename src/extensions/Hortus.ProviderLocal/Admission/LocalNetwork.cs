using System.Net;

namespace Hortus.ProviderLocal.Admission;

/// <summary>The network in which local machines are.</summary>
internal static class LocalNetwork
{
    /// <summary>The nodes of all shoots have addresses in it.</summary>
    public static readonly IPNetwork Nodes = IPNetwork.Parse("10.0.0.0/16");

    /// <summary>Whether a range is part of <see cref="Nodes"/>.</summary>
    public static bool HasNodes(IPNetwork range) =>
        range.BaseAddress.AddressFamily == Nodes.BaseAddress.AddressFamily && range.PrefixLength >= Nodes.PrefixLength
        && Nodes.Contains(range.BaseAddress);
}
