using System.Net;

namespace Hortus.Scheduler;

/// <summary>Compares address ranges.</summary>
internal static class Networks
{
    /// <summary>Whether two ranges share an address; false when one is absent, unreadable or of another family.</summary>
    public static bool Overlap(string? one, string? other) =>
        IPNetwork.TryParse(one, out var a) && IPNetwork.TryParse(other, out var b) &&
        (a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress));
}
