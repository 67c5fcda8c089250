using System.Text.Json;

namespace Hortus.Objects.Gardener.Operator;

/// <summary>The cluster in which a garden runs.</summary>
public sealed record RuntimeCluster : ApiType
{
    /// <summary>Domains and controller for ingresses.</summary>
    [Required]
    public Ingress Ingress { get => field ??= new Ingress(); init; }

    /// <summary>Networks of the cluster.</summary>
    [Required]
    public RuntimeNetworking Networking { get => field ??= new RuntimeNetworking(); init; }

    /// <summary>Infrastructure of the cluster.</summary>
    [Required]
    public RuntimeProvider Provider { get => field ??= new RuntimeProvider(); init; }

    /// <summary>Switches for what runs on the cluster.</summary>
    public Settings? Settings { get; init; }

    /// <summary>Needs of persistent volumes.</summary>
    public Volume? Volume { get; init; }
}

/// <summary>Domains and controller for ingresses.</summary>
public sealed record Ingress : ApiType
{
    /// <summary>The domains; fixed order, the first is used for names.</summary>
    [Constraint(MinLength = 1)]
    public IReadOnlyList<DNSDomain>? Domains { get; init; }

    /// <summary>The ingress controller.</summary>
    [Required]
    public IngressController Controller { get => field ??= new IngressController(); init; }
}

/// <summary>An ingress controller.</summary>
public sealed record IngressController : ApiType
{
    /// <summary>Kind of the controller.</summary>
    [Required, AllowedValues("nginx")]
    public string Kind { get => field ?? ""; init; }

    /// <summary>Configuration of the controller.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }
}

/// <summary>Networks of a runtime cluster in CIDR form.</summary>
public sealed record RuntimeNetworking : ApiType
{
    /// <summary>Networks of the nodes.</summary>
    [ListSet]
    public IReadOnlyList<string>? Nodes { get; init; }

    /// <summary>Networks of the pods.</summary>
    [Required, ListSet, Constraint(MinLength = 1)]
    public IReadOnlyList<string> Pods { get => field ??= []; init; }

    /// <summary>Networks of the services.</summary>
    [Required, ListSet, Constraint(MinLength = 1)]
    public IReadOnlyList<string> Services { get => field ??= []; init; }

    /// <summary>Ranges that the garden's parts must not reach.</summary>
    public IReadOnlyList<string>? BlockCIDRs { get; init; }

    /// <summary>IPv4, IPv6 or both; IPv4 when absent.</summary>
    public IReadOnlyList<string>? IpFamilies { get; init; }
}

/// <summary>Infrastructure of a runtime cluster.</summary>
public sealed record RuntimeProvider : ApiType
{
    /// <summary>Region of the cluster.</summary>
    public string? Region { get; init; }

    /// <summary>Zones of the cluster.</summary>
    [ListSet]
    public IReadOnlyList<string>? Zones { get; init; }
}

/// <summary>Switches for what runs on a runtime cluster.</summary>
public sealed record Settings : ApiType
{
    /// <summary>How services of type LoadBalancer are made.</summary>
    public SettingLoadBalancerServices? LoadBalancerServices { get; init; }

    /// <summary>Whether the operator runs a vertical pod autoscaler.</summary>
    public SettingVerticalPodAutoscaler? VerticalPodAutoscaler { get; init; }

    /// <summary>Whether traffic prefers its own zone.</summary>
    public SettingTopologyAwareRouting? TopologyAwareRouting { get; init; }
}

/// <summary>How services of type LoadBalancer are made.</summary>
public sealed record SettingLoadBalancerServices : ApiType
{
    /// <summary>Annotations for the services.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Cluster or Local.</summary>
    public string? ExternalTrafficPolicy { get; init; }

    /// <summary>Use of the PROXY protocol.</summary>
    public LoadBalancerServicesProxyProtocol? ProxyProtocol { get; init; }
}

/// <summary>Use of the PROXY protocol.</summary>
public sealed record LoadBalancerServicesProxyProtocol : ApiType
{
    /// <summary>Whether connections with a PROXY header are accepted.</summary>
    [Required]
    public bool Allowed { get; init; }
}

/// <summary>The vertical pod autoscaler.</summary>
public sealed record SettingVerticalPodAutoscaler : ApiType
{
    /// <summary>Whether the operator runs it.</summary>
    [DefaultJson("true")]
    public bool? Enabled { get; init; }

    /// <summary>Feature gates of the autoscaler.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Largest recommendation.</summary>
    public IReadOnlyDictionary<string, Quantity>? MaxAllowed { get; init; }
}

/// <summary>Whether traffic prefers its own zone.</summary>
public sealed record SettingTopologyAwareRouting : ApiType
{
    /// <summary>Whether it is on.</summary>
    [Required]
    public bool Enabled { get; init; }
}

/// <summary>Needs of persistent volumes.</summary>
public sealed record Volume : ApiType
{
    /// <summary>Least size of a volume.</summary>
    public Quantity? MinimumSize { get; init; }
}
