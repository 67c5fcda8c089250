namespace Hortus.Objects.Kubernetes;

/// <summary>A stable address for a set of pods.</summary>
[KubernetesResource("", "v1", "Service", "services", ShortNames = "svc", Categories = "all", HasStatus = true)]
public sealed record Service : KubernetesObject
{
    public ServiceSpec Spec { get => field ??= new ServiceSpec(); init; }

    public ServiceStatus Status { get => field ??= new ServiceStatus(); init; }
}

/// <summary>What the service offers.</summary>
public sealed record ServiceSpec : ApiType
{
    [ListMap("port", "protocol"), PatchStrategy(Merge = true, MergeKey = "port")]
    public IReadOnlyList<ServicePort>? Ports { get; init; }

    [AtomicMap]
    public IReadOnlyDictionary<string, string>? Selector { get; init; }

    public string? ClusterIP { get; init; }

    public IReadOnlyList<string>? ClusterIPs { get; init; }

    [DefaultJson("\"ClusterIP\""), AllowedValues("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")]
    public string? Type { get; init; }

    public IReadOnlyList<string>? ExternalIPs { get; init; }

    [DefaultJson("\"None\"")]
    public string? SessionAffinity { get; init; }

    public string? LoadBalancerIP { get; init; }

    public IReadOnlyList<string>? LoadBalancerSourceRanges { get; init; }

    public string? ExternalName { get; init; }

    public string? ExternalTrafficPolicy { get; init; }

    public int? HealthCheckNodePort { get; init; }

    public bool? PublishNotReadyAddresses { get; init; }

    public SessionAffinityConfig? SessionAffinityConfig { get; init; }

    public IReadOnlyList<string>? IpFamilies { get; init; }

    public string? IpFamilyPolicy { get; init; }

    public bool? AllocateLoadBalancerNodePorts { get; init; }

    public string? LoadBalancerClass { get; init; }

    public string? InternalTrafficPolicy { get; init; }

    public string? TrafficDistribution { get; init; }
}

/// <summary>One port of a service.</summary>
public sealed record ServicePort : ApiType
{
    public string? Name { get; init; }

    [DefaultJson("\"TCP\"")]
    public string? Protocol { get; init; }

    public string? AppProtocol { get; init; }

    [Required]
    public int Port { get; init; }

    /// <summary>Absent means the same number as <see cref="Port"/>.</summary>
    public IntOrString? TargetPort { get; init; }

    public int? NodePort { get; init; }
}

/// <summary>Settings of ClientIP affinity.</summary>
public sealed record SessionAffinityConfig : ApiType
{
    public ClientIPConfig? ClientIP { get; init; }
}

/// <summary>How long a client keeps its pod.</summary>
public sealed record ClientIPConfig : ApiType
{
    public int? TimeoutSeconds { get; init; }
}

/// <summary>What is known of the service outside.</summary>
public sealed record ServiceStatus : ApiType
{
    public LoadBalancerStatus? LoadBalancer { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>Addresses of the load balancer.</summary>
public sealed record LoadBalancerStatus : ApiType
{
    public IReadOnlyList<LoadBalancerIngress>? Ingress { get; init; }
}

/// <summary>One address.</summary>
public sealed record LoadBalancerIngress : ApiType
{
    public string? Ip { get; init; }

    public string? Hostname { get; init; }

    public string? IpMode { get; init; }

    public IReadOnlyList<PortStatus>? Ports { get; init; }
}

/// <summary>A port of the load balancer.</summary>
public sealed record PortStatus : ApiType
{
    [Required]
    public int Port { get; init; }

    [Required]
    public string Protocol { get => field ?? ""; init; }

    public string? Error { get; init; }
}

/// <summary>The addresses behind a service (older form; see EndpointSlice).</summary>
[KubernetesResource("", "v1", "Endpoints", "endpoints", ShortNames = "ep")]
public sealed record Endpoints : KubernetesObject
{
    public IReadOnlyList<EndpointSubset>? Subsets { get; init; }
}

/// <summary>Addresses that share ports.</summary>
public sealed record EndpointSubset : ApiType
{
    public IReadOnlyList<EndpointAddress>? Addresses { get; init; }

    public IReadOnlyList<EndpointAddress>? NotReadyAddresses { get; init; }

    public IReadOnlyList<EndpointPort>? Ports { get; init; }
}

/// <summary>One address.</summary>
[AtomicMap]
public sealed record EndpointAddress : ApiType
{
    [Required]
    public string Ip { get => field ?? ""; init; }

    public string? Hostname { get; init; }

    public string? NodeName { get; init; }

    public ObjectReference? TargetRef { get; init; }
}

/// <summary>One port.</summary>
[AtomicMap]
public sealed record EndpointPort : ApiType
{
    public string? Name { get; init; }

    public int? Port { get; init; }

    public string? Protocol { get; init; }

    public string? AppProtocol { get; init; }
}
