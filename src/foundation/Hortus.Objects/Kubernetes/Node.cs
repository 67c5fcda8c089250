using System.Text.Json.Serialization;

namespace Hortus.Objects.Kubernetes;

/// <summary>A machine that runs pods.</summary>
[KubernetesResource("", "v1", "Node", "nodes", ShortNames = "no", Namespaced = false, HasStatus = true)]
public sealed record Node : KubernetesObject
{
    public NodeSpec Spec { get => field ??= new NodeSpec(); init; }

    public NodeStatus Status { get => field ??= new NodeStatus(); init; }
}

/// <summary>Settings of a node.</summary>
public sealed record NodeSpec : ApiType
{
    public string? PodCIDR { get; init; }

    [ListSet, PatchStrategy(Merge = true)]
    public IReadOnlyList<string>? PodCIDRs { get; init; }

    public string? ProviderID { get; init; }

    public bool? Unschedulable { get; init; }

    public IReadOnlyList<Taint>? Taints { get; init; }

    public string? ExternalID { get; init; }
}

/// <summary>What the kubelet reports about its machine.</summary>
public sealed record NodeStatus : ApiType
{
    public IReadOnlyDictionary<string, Quantity>? Capacity { get; init; }

    public IReadOnlyDictionary<string, Quantity>? Allocatable { get; init; }

    public string? Phase { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<NodeCondition>? Conditions { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<NodeAddress>? Addresses { get; init; }

    public NodeDaemonEndpoints? DaemonEndpoints { get; init; }

    public NodeSystemInfo? NodeInfo { get; init; }

    public IReadOnlyList<ContainerImage>? Images { get; init; }

    public IReadOnlyList<string>? VolumesInUse { get; init; }

    public IReadOnlyList<AttachedVolume>? VolumesAttached { get; init; }
}

/// <summary>One observation about a node.</summary>
public sealed record NodeCondition : ApiType, ICondition<NodeCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastHeartbeatTime { get; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    NodeCondition ICondition<NodeCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}

/// <summary>An address of a node.</summary>
public sealed record NodeAddress : ApiType
{
    /// <summary><c>InternalIP</c>, <c>ExternalIP</c> or <c>Hostname</c>.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Address { get => field ?? ""; init; }
}

/// <summary>Ports of the node's daemons.</summary>
public sealed record NodeDaemonEndpoints : ApiType
{
    public DaemonEndpoint? KubeletEndpoint { get; init; }
}

/// <summary>A port.</summary>
public sealed record DaemonEndpoint : ApiType
{
    [JsonPropertyName("Port")]
    [Required]
    public int Port { get; init; }
}

/// <summary>Facts about the machine.</summary>
public sealed record NodeSystemInfo : ApiType
{
    [Required]
    public string MachineID { get => field ?? ""; init; }

    [Required]
    public string SystemUUID { get => field ?? ""; init; }

    [Required]
    public string BootID { get => field ?? ""; init; }

    [Required]
    public string KernelVersion { get => field ?? ""; init; }

    [Required]
    public string OsImage { get => field ?? ""; init; }

    [Required]
    public string ContainerRuntimeVersion { get => field ?? ""; init; }

    [Required]
    public string KubeletVersion { get => field ?? ""; init; }

    [Required]
    public string KubeProxyVersion { get => field ?? ""; init; }

    [Required]
    public string OperatingSystem { get => field ?? ""; init; }

    [Required]
    public string Architecture { get => field ?? ""; init; }
}

/// <summary>An image on the node.</summary>
public sealed record ContainerImage : ApiType
{
    public IReadOnlyList<string>? Names { get; init; }

    public long? SizeBytes { get; init; }
}

/// <summary>A volume attached to the node.</summary>
public sealed record AttachedVolume : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public string DevicePath { get => field ?? ""; init; }
}
