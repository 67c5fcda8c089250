using System.Text.Json;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Core;

/// <summary>Infrastructure and worker pools.</summary>
public sealed record Provider : ApiType
{
    /// <summary>Type of the provider; fixed.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Configuration for the provider's control plane parts.</summary>
    [PreserveUnknownFields]
    public JsonElement? ControlPlaneConfig { get; init; }

    /// <summary>Configuration for the provider's infrastructure.</summary>
    [PreserveUnknownFields]
    public JsonElement? InfrastructureConfig { get; init; }

    /// <summary>Worker pools; none for a cluster without nodes.</summary>
    [PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<Worker>? Workers { get; init; }

    /// <summary>Settings for all pools.</summary>
    public WorkersSettings? WorkersSettings { get; init; }
}

/// <summary>Settings for all worker pools.</summary>
public sealed record WorkersSettings : ApiType
{
    /// <summary>SSH on the nodes.</summary>
    public SSHAccess? SshAccess { get; init; }
}

/// <summary>SSH on the nodes.</summary>
public sealed record SSHAccess : ApiType
{
    /// <summary>Whether it is on.</summary>
    [Required]
    public bool Enabled { get; init; }
}

/// <summary>A worker pool.</summary>
public sealed record Worker : ApiType
{
    /// <summary>Annotations of the nodes.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Certificates (PEM) to install on the machines.</summary>
    public string? CaBundle { get; init; }

    /// <summary>Container runtime.</summary>
    public CRI? Cri { get; init; }

    /// <summary>Version and kubelet settings of the pool.</summary>
    public WorkerKubernetes? Kubernetes { get; init; }

    /// <summary>Labels of the nodes.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Name of the pool.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Machine type and image.</summary>
    [Required]
    public Machine Machine { get => field ??= new Machine(); init; }

    /// <summary>Most machines.</summary>
    [Required]
    public int Maximum { get; init; }

    /// <summary>Least machines.</summary>
    [Required]
    public int Minimum { get; init; }

    /// <summary>Machines made beyond the wanted number during an update.</summary>
    public IntOrString? MaxSurge { get; init; }

    /// <summary>Machines that may be missing during an update.</summary>
    public IntOrString? MaxUnavailable { get; init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Taints of the nodes.</summary>
    public IReadOnlyList<Taint>? Taints { get; init; }

    /// <summary>Root volume.</summary>
    public Volume? Volume { get; init; }

    /// <summary>Further volumes.</summary>
    public IReadOnlyList<DataVolume>? DataVolumes { get; init; }

    /// <summary>Data volume on which the kubelet works.</summary>
    public string? KubeletDataVolumeName { get; init; }

    /// <summary>Zones over which the machines are spread.</summary>
    public IReadOnlyList<string>? Zones { get; init; }

    /// <summary>Whether system parts may run here.</summary>
    public WorkerSystemComponents? SystemComponents { get; init; }

    /// <summary>Timings for the machines.</summary>
    public MachineControllerManagerSettings? MachineControllerManager { get; init; }

    /// <summary>Kernel settings.</summary>
    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }

    /// <summary>Autoscaler settings for the pool.</summary>
    public ClusterAutoscalerOptions? ClusterAutoscaler { get; init; }

    /// <summary>Pools with a higher value grow first.</summary>
    public int? Priority { get; init; }

    /// <summary>AutoRollingUpdate, AutoInPlaceUpdate or ManualInPlaceUpdate.</summary>
    public string? UpdateStrategy { get; init; }

    /// <summary>Makes the pool host the control plane of a self-hosted cluster.</summary>
    public WorkerControlPlane? ControlPlane { get; init; }
}

/// <summary>Settings of a pool that hosts its cluster's control plane.</summary>
public sealed record WorkerControlPlane : ApiType
{
    /// <summary>Where etcd backups go.</summary>
    public Backup? Backup { get; init; }

    /// <summary>How the API server is reached.</summary>
    public Exposure? Exposure { get; init; }
}

/// <summary>How a self-hosted API server is reached.</summary>
public sealed record Exposure : ApiType
{
    /// <summary>By an extension.</summary>
    public ExtensionExposure? Extension { get; init; }

    /// <summary>By DNS alone.</summary>
    public DNSExposure? Dns { get; init; }
}

/// <summary>Exposure by an extension.</summary>
public sealed record ExtensionExposure : ApiType
{
    /// <summary>Type of the extension; the provider's when absent.</summary>
    public string? Type { get; init; }

    /// <summary>Configuration for the extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }
}

/// <summary>Exposure by DNS alone.</summary>
public sealed record DNSExposure : ApiType
{
}

/// <summary>Autoscaler settings for a pool.</summary>
public sealed record ClusterAutoscalerOptions : ApiType
{
    /// <summary>Use below which a node counts as unneeded.</summary>
    public double? ScaleDownUtilizationThreshold { get; init; }

    /// <summary>The same for nodes with GPUs.</summary>
    public double? ScaleDownGpuUtilizationThreshold { get; init; }

    /// <summary>How long a node must be unneeded before it is removed.</summary>
    public string? ScaleDownUnneededTime { get; init; }

    /// <summary>How long a node must be unready before it is removed.</summary>
    public string? ScaleDownUnreadyTime { get; init; }

    /// <summary>How long a node may take to come up.</summary>
    public string? MaxNodeProvisionTime { get; init; }
}

/// <summary>Timings for machines; durations such as 20m.</summary>
public sealed record MachineControllerManagerSettings : ApiType
{
    /// <summary>How long pods may take to leave a machine.</summary>
    public string? MachineDrainTimeout { get; init; }

    /// <summary>How long a machine may be unhealthy before it is replaced.</summary>
    public string? MachineHealthTimeout { get; init; }

    /// <summary>How long a machine may take to join.</summary>
    public string? MachineCreationTimeout { get; init; }

    /// <summary>How often eviction of a pod is tried.</summary>
    public int? MaxEvictRetries { get; init; }

    /// <summary>Node conditions that make a machine unhealthy.</summary>
    public IReadOnlyList<string>? NodeConditions { get; init; }

    /// <summary>How long an update in place may take.</summary>
    public string? InPlaceUpdateTimeout { get; init; }

    /// <summary>Whether unhealthy machines stay.</summary>
    public bool? DisableHealthTimeout { get; init; }

    /// <summary>How long a preserved machine stays.</summary>
    public string? MachinePreserveTimeout { get; init; }

    /// <summary>Failed machines that are preserved without asking.</summary>
    public int? AutoPreserveFailedMachineMax { get; init; }
}

/// <summary>Whether system parts may run on a pool.</summary>
public sealed record WorkerSystemComponents : ApiType
{
    /// <summary>Whether they may.</summary>
    [Required]
    public bool Allow { get; init; }
}

/// <summary>Version and kubelet settings of a pool.</summary>
public sealed record WorkerKubernetes : ApiType
{
    /// <summary>Kubelet settings; they replace those of the cluster as a whole.</summary>
    public KubeletConfig? Kubelet { get; init; }

    /// <summary>Version of the kubelets; the cluster's when absent.</summary>
    public string? Version { get; init; }
}

/// <summary>Machine type and image of a pool.</summary>
public sealed record Machine : ApiType
{
    /// <summary>Machine type of the CloudProfile.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Machine image; the newest of the first one when absent.</summary>
    public ShootMachineImage? Image { get; init; }

    /// <summary>CPU architecture; amd64 when absent.</summary>
    public string? Architecture { get; init; }
}

/// <summary>Machine image of a pool.</summary>
public sealed record ShootMachineImage : ApiType
{
    /// <summary>Name of the image.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Configuration for the extension of the operating system.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Version, or its beginning for the newest that matches.</summary>
    public string? Version { get; init; }
}

/// <summary>Root volume of machines.</summary>
public sealed record Volume : ApiType
{
    /// <summary>Name of the volume.</summary>
    public string? Name { get; init; }

    /// <summary>Volume type of the CloudProfile.</summary>
    public string? Type { get; init; }

    /// <summary>Size, such as 50Gi.</summary>
    [Required]
    public string Size { get => field ?? ""; init; }

    /// <summary>Whether it is encrypted.</summary>
    public bool? Encrypted { get; init; }
}

/// <summary>A further volume of machines.</summary>
public sealed record DataVolume : ApiType
{
    /// <summary>Name of the volume.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Volume type of the CloudProfile.</summary>
    public string? Type { get; init; }

    /// <summary>Size, such as 50Gi.</summary>
    [Required]
    public string Size { get => field ?? ""; init; }

    /// <summary>Whether it is encrypted.</summary>
    public bool? Encrypted { get; init; }
}

/// <summary>Container runtime of a pool.</summary>
public sealed record CRI : ApiType
{
    /// <summary>Container runtime interface; containerd.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Further runtimes.</summary>
    public IReadOnlyList<ContainerRuntime>? ContainerRuntimes { get; init; }
}

/// <summary>A further container runtime.</summary>
public sealed record ContainerRuntime : ApiType
{
    /// <summary>Type of the runtime, such as gvisor.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Configuration for the extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }
}
