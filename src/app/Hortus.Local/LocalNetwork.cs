namespace Hortus.Local;

/// <summary>Names and address ranges of the local garden: upstream's, so that its manifests and documents fit. They live in
/// a network namespace of their own and never touch the host's routes.</summary>
public static class LocalNetwork
{
    public const string NodeName = "hortus-local";
    public const string NodeAddress = "172.18.0.2";
    public const string RuntimeApiServerPort = "6443";
    public const string RuntimePods = "10.1.0.0/16";
    public const string RuntimeServices = "10.2.0.0/16";
    public const string RuntimeKubernetesService = "10.2.0.1";
    public const string RuntimeDns = "10.2.0.10";

    /// <summary>Where the garden's DNS zones are answered to pods.</summary>
    public const string ZoneServer = NodeAddress + ":53";

    public const string VirtualServices = "100.64.0.0/13";

    /// <summary>TLS server name of the runtime cluster's API server.</summary>
    public const string RuntimeServerName = "api.runtime-garden.local.gardener.cloud";

    /// <summary>TLS server name of the virtual garden's API server.</summary>
    public const string GardenServerName = "api.virtual-garden.local.gardener.cloud";
}
