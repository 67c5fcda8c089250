namespace Hortus.Local;

/// <summary>Names and addresses of the local garden that are not those of one of its clusters: upstream's, so that its manifests and
/// documents fit. They live in network namespaces of their own and never touch the host's routes.</summary>
public static class LocalNetwork
{
    /// <summary>Where the garden's DNS zones are answered to the pods of all clusters.</summary>
    public static readonly string ZoneServer = LocalCluster.Runtime.NodeAddress + ":53";

    /// <summary>TLS server name of the runtime cluster's API server.</summary>
    public const string RuntimeServerName = "api.runtime-garden.local.gardener.cloud";

    /// <summary>TLS server name of the virtual garden's API server.</summary>
    public const string GardenServerName = "api.virtual-garden.local.gardener.cloud";
}
