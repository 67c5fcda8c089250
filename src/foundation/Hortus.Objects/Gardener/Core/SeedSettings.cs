using System.Collections.ObjectModel;

namespace Hortus.Objects.Gardener.Core;

/// <summary>Switches for what runs on a seed.</summary>
public sealed record SeedSettings : ApiType
{
    /// <summary>Keeps room for new control planes.</summary>
    public SeedSettingExcessCapacityReservation? ExcessCapacityReservation { get; init; }

    /// <summary>Whether the scheduler sees the seed.</summary>
    public SeedSettingScheduling? Scheduling { get; init; }

    /// <summary>How services of type LoadBalancer are made.</summary>
    public SeedSettingLoadBalancerServices? LoadBalancerServices { get; init; }

    /// <summary>Whether Gardener runs a vertical pod autoscaler.</summary>
    public SeedSettingVerticalPodAutoscaler? VerticalPodAutoscaler { get; init; }

    /// <summary>What watches dependencies between control-plane parts.</summary>
    public SeedSettingDependencyWatchdog? DependencyWatchdog { get; init; }

    /// <summary>Whether traffic prefers its own zone.</summary>
    public SeedSettingTopologyAwareRouting? TopologyAwareRouting { get; init; }

    /// <summary>How zones are chosen for control planes.</summary>
    public SeedSettingZoneSelection? ZoneSelection { get; init; }

    /// <summary>Whether volumes grow by themselves.</summary>
    public SeedSettingPersistentVolumeClaimAutoscaler? PersistentVolumeClaimAutoscaler { get; init; }
}

/// <summary>Keeps room for new control planes.</summary>
public sealed record SeedSettingExcessCapacityReservation : ApiType
{
    /// <summary>Whether room is kept.</summary>
    public bool? Enabled { get; init; }

    /// <summary>How much and where.</summary>
    public IReadOnlyList<SeedSettingExcessCapacityReservationConfig>? Configs { get; init; }
}

/// <summary>Room to keep on certain nodes.</summary>
public sealed record SeedSettingExcessCapacityReservationConfig : ApiType
{
    /// <summary>Amount to keep free.</summary>
    [Required]
    public IReadOnlyDictionary<string, Quantity> Resources
    {
        get => field ??= ReadOnlyDictionary<string, Quantity>.Empty;
        init;
    }

    /// <summary>Nodes on which room is kept.</summary>
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    /// <summary>Taints of the nodes on which room is kept.</summary>
    public IReadOnlyList<Hortus.Objects.Kubernetes.Toleration>? Tolerations { get; init; }
}

/// <summary>Whether the scheduler sees a seed.</summary>
public sealed record SeedSettingScheduling : ApiType
{
    /// <summary>Whether new shoots may be placed on the seed.</summary>
    [Required]
    public bool Visible { get; init; }
}

/// <summary>How services of type LoadBalancer are made.</summary>
public sealed record SeedSettingLoadBalancerServices : ApiType
{
    /// <summary>Annotations for the services.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Load balancer class of the services.</summary>
    public string? Class { get; init; }

    /// <summary>Cluster or Local.</summary>
    public string? ExternalTrafficPolicy { get; init; }

    /// <summary>Settings per zone.</summary>
    public IReadOnlyList<SeedSettingLoadBalancerServicesZones>? Zones { get; init; }

    /// <summary>Use of the PROXY protocol.</summary>
    public LoadBalancerServicesProxyProtocol? ProxyProtocol { get; init; }

    /// <summary>Whether every zone has an ingress of its own.</summary>
    public SeedSettingLoadBalancerServicesZonalIngress? ZonalIngress { get; init; }
}

/// <summary>Load balancer settings of a zone.</summary>
public sealed record SeedSettingLoadBalancerServicesZones : ApiType
{
    /// <summary>Name of the zone.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

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

/// <summary>Ingress per zone.</summary>
public sealed record SeedSettingLoadBalancerServicesZonalIngress : ApiType
{
    /// <summary>Whether every zone has an ingress of its own.</summary>
    public bool? Enabled { get; init; }
}

/// <summary>The seed's vertical pod autoscaler.</summary>
public sealed record SeedSettingVerticalPodAutoscaler : ApiType
{
    /// <summary>Whether Gardener runs it.</summary>
    [Required]
    public bool Enabled { get; init; }

    /// <summary>Feature gates of the autoscaler.</summary>
    public IReadOnlyDictionary<string, bool>? FeatureGates { get; init; }

    /// <summary>Largest recommendation.</summary>
    public IReadOnlyDictionary<string, Quantity>? MaxAllowed { get; init; }
}

/// <summary>What watches dependencies between control-plane parts.</summary>
public sealed record SeedSettingDependencyWatchdog : ApiType
{
    /// <summary>Restarts pods that wait for something that is back.</summary>
    public SeedSettingDependencyWatchdogWeeder? Weeder { get; init; }

    /// <summary>Scales controllers down that cannot see their API server.</summary>
    public SeedSettingDependencyWatchdogProber? Prober { get; init; }
}

/// <summary>Restarts pods that wait for something that is back.</summary>
public sealed record SeedSettingDependencyWatchdogWeeder : ApiType
{
    /// <summary>Whether it runs.</summary>
    [Required]
    public bool Enabled { get; init; }
}

/// <summary>Scales controllers down that cannot see their API server.</summary>
public sealed record SeedSettingDependencyWatchdogProber : ApiType
{
    /// <summary>Whether it runs.</summary>
    [Required]
    public bool Enabled { get; init; }
}

/// <summary>Whether traffic prefers its own zone.</summary>
public sealed record SeedSettingTopologyAwareRouting : ApiType
{
    /// <summary>Whether it is on.</summary>
    [Required]
    public bool Enabled { get; init; }
}

/// <summary>How zones are chosen for control planes.</summary>
public sealed record SeedSettingZoneSelection : ApiType
{
    /// <summary>Prefer or Enforce.</summary>
    public string? Mode { get; init; }
}

/// <summary>Whether volumes grow by themselves.</summary>
public sealed record SeedSettingPersistentVolumeClaimAutoscaler : ApiType
{
    /// <summary>Whether it is on.</summary>
    [Required]
    public bool Enabled { get; init; }
}
