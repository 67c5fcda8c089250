using Hortus.Dns;

namespace Hortus.ProviderLocal.Dns;

/// <summary>Which zone a name belongs to.</summary>
public static class DnsZones
{
    /// <summary>The zone of the names that a local garden gives by itself; it is there also while it is empty.</summary>
    public const string Local = "local.gardener.cloud";

    /// <summary>The zone for a name that comes without one; null when there is none that would not take a whole top-level
    /// domain.</summary>
    /// <remarks>No larger than needed: all that is in a zone and has no record does not exist for those who ask here.</remarks>
    public static string? Of(string name)
    {
        if (DnsName.IsIn(name, Local))
        {
            return Local;
        }

        var above = DnsName.ParentOf(name);
        return above.Contains('.', StringComparison.Ordinal) ? above : name.StartsWith("*.", StringComparison.Ordinal) ? null : name;
    }
}
