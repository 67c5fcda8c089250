namespace Hortus.Objects.Kubernetes;

/// <summary>Some of the addresses behind a service.</summary>
[KubernetesResource("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices")]
public sealed record EndpointSlice : KubernetesObject
{
    [Required, AllowedValues("IPv4", "IPv6", "FQDN")]
    public string AddressType { get => field ?? ""; init; }

    [Required]
    public IReadOnlyList<Endpoint> Endpoints { get => field ??= []; init; }

    public IReadOnlyList<DiscoveryEndpointPort>? Ports { get; init; }
}

/// <summary>One backend.</summary>
public sealed record Endpoint : ApiType
{
    [Required, ListSet]
    public IReadOnlyList<string> Addresses { get => field ??= []; init; }

    public EndpointConditions? Conditions { get; init; }

    public string? Hostname { get; init; }

    public ObjectReference? TargetRef { get; init; }

    public IReadOnlyDictionary<string, string>? DeprecatedTopology { get; init; }

    public string? NodeName { get; init; }

    public string? Zone { get; init; }

    public EndpointHints? Hints { get; init; }
}

/// <summary>Whether the backend can take traffic; absent means yes.</summary>
public sealed record EndpointConditions : ApiType
{
    public bool? Ready { get; init; }

    public bool? Serving { get; init; }

    public bool? Terminating { get; init; }
}

/// <summary>Which zones should use the backend.</summary>
public sealed record EndpointHints : ApiType
{
    public IReadOnlyList<ForZone>? ForZones { get; init; }
}

/// <summary>A zone.</summary>
public sealed record ForZone : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }
}

/// <summary>One port of the slice.</summary>
[AtomicMap]
[ComponentName("EndpointPort")]
public sealed record DiscoveryEndpointPort : ApiType
{
    public string? Name { get; init; }

    [DefaultJson("\"TCP\"")]
    public string? Protocol { get; init; }

    public int? Port { get; init; }

    public string? AppProtocol { get; init; }
}
