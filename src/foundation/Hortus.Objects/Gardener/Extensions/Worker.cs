using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>Machines of all worker pools of a shoot.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "Worker", "workers", HasStatus = true)]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the provider")]
[PrinterColumn("Region", "string", ".spec.region", Description = "region of the machines")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record Worker : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public WorkerSpec Spec { get => field ??= new WorkerSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public WorkerStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new WorkerStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) => this with { Status = (WorkerStatus)status };
}

/// <summary>The machines that are wanted.</summary>
public sealed record WorkerSpec : DefaultSpec
{
    /// <summary>What the provider reported for the infrastructure.</summary>
    [PreserveUnknownFields]
    public JsonElement? InfrastructureProviderStatus { get; init; }

    /// <summary>Region of the machines; fixed.</summary>
    [Required]
    public string Region { get => field ?? ""; init; }

    /// <summary>Secret with access to the infrastructure.</summary>
    [Required]
    public SecretReference SecretRef { get => field ??= new SecretReference(); init; }

    /// <summary>Public key for the machines.</summary>
    public byte[]? SshPublicKey { get; init; }

    /// <summary>Worker pools.</summary>
    [Required, PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<WorkerPool> Pools { get => field ??= []; init; }
}

/// <summary>Machines of a worker pool.</summary>
public sealed record WorkerPool : ApiType
{
    /// <summary>Machine type.</summary>
    [Required]
    public string MachineType { get => field ?? ""; init; }

    /// <summary>Most machines.</summary>
    [Required]
    public int Maximum { get; init; }

    /// <summary>Machines made beyond the wanted number during an update.</summary>
    [Required]
    public IntOrString MaxSurge { get; init; }

    /// <summary>Machines that may be missing during an update.</summary>
    [Required]
    public IntOrString MaxUnavailable { get; init; }

    /// <summary>Annotations of the nodes.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Labels of the nodes.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Taints of the nodes.</summary>
    public IReadOnlyList<Taint>? Taints { get; init; }

    /// <summary>Machine image.</summary>
    public MachineImage MachineImage { get => field ??= new MachineImage(); init; }

    /// <summary>Least machines.</summary>
    [Required]
    public int Minimum { get; init; }

    /// <summary>Name of the pool.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Secret of the node agent's configuration; a new name means new machines.</summary>
    public string? NodeAgentSecretName { get; init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Key of a Secret with the machines' user data.</summary>
    [Required]
    public SecretKeySelector UserDataSecretRef { get => field ??= new SecretKeySelector(); init; }

    /// <summary>Root volume.</summary>
    public Volume? Volume { get; init; }

    /// <summary>Further volumes.</summary>
    public IReadOnlyList<DataVolume>? DataVolumes { get; init; }

    /// <summary>Data volume on which the kubelet works.</summary>
    public string? KubeletDataVolumeName { get; init; }

    /// <summary>Zones over which the machines are spread.</summary>
    public IReadOnlyList<string>? Zones { get; init; }

    /// <summary>Timings for the machines.</summary>
    public MachineControllerManagerSettings? MachineControllerManager { get; init; }

    /// <summary>Version of the kubelets.</summary>
    public string? KubernetesVersion { get; init; }

    /// <summary>Kubelet settings.</summary>
    public KubeletConfig? KubeletConfig { get; init; }

    /// <summary>What a node will have, for scaling from zero.</summary>
    public NodeTemplate? NodeTemplate { get; init; }

    /// <summary>CPU architecture.</summary>
    public string? Architecture { get; init; }

    /// <summary>Autoscaler settings for the pool.</summary>
    public ClusterAutoscalerOptions? ClusterAutoscaler { get; init; }

    /// <summary>Pools with a higher value grow first.</summary>
    public int? Priority { get; init; }

    /// <summary>AutoRollingUpdate, AutoInPlaceUpdate or ManualInPlaceUpdate.</summary>
    public string? UpdateStrategy { get; init; }
}

/// <summary>Autoscaler settings for a pool.</summary>
public sealed record ClusterAutoscalerOptions : ApiType
{
    /// <summary>Use below which a node counts as unneeded, as text.</summary>
    public string? ScaleDownUtilizationThreshold { get; init; }

    /// <summary>The same for nodes with GPUs, as text.</summary>
    public string? ScaleDownGpuUtilizationThreshold { get; init; }

    /// <summary>How long a node must be unneeded before it is removed.</summary>
    public string? ScaleDownUnneededTime { get; init; }

    /// <summary>How long a node must be unready before it is removed.</summary>
    public string? ScaleDownUnreadyTime { get; init; }

    /// <summary>How long a node may take to come up.</summary>
    public string? MaxNodeProvisionTime { get; init; }
}

/// <summary>What a node will have.</summary>
public sealed record NodeTemplate : ApiType
{
    /// <summary>Amounts of resources.</summary>
    [Required]
    public IReadOnlyDictionary<string, Quantity> Capacity
    {
        get => field ??= ReadOnlyDictionary<string, Quantity>.Empty;
        init;
    }

    /// <summary>Amounts of resources that are no property of the machine.</summary>
    public IReadOnlyDictionary<string, Quantity>? VirtualCapacity { get; init; }
}

/// <summary>A machine image.</summary>
public sealed record MachineImage : ApiType
{
    /// <summary>Name of the image.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Version of the image.</summary>
    [Required]
    public string Version { get => field ?? ""; init; }
}

/// <summary>Root volume of machines.</summary>
public sealed record Volume : ApiType
{
    /// <summary>Name of the volume.</summary>
    public string? Name { get; init; }

    /// <summary>Type of the volume.</summary>
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

    /// <summary>Type of the volume.</summary>
    public string? Type { get; init; }

    /// <summary>Size, such as 50Gi.</summary>
    [Required]
    public string Size { get => field ?? ""; init; }

    /// <summary>Whether it is encrypted.</summary>
    public bool? Encrypted { get; init; }
}

/// <summary>What became of the machines.</summary>
public sealed record WorkerStatus : DefaultStatus
{
    /// <summary>The machine deployments that were made.</summary>
    [PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<MachineDeployment>? MachineDeployments { get; init; }

    /// <summary>When the list was last written.</summary>
    public DateTimeOffset? MachineDeploymentsLastUpdateTime { get; init; }

    /// <summary>State of updates in place.</summary>
    public InPlaceUpdatesWorkerStatus? InPlaceUpdates { get; init; }
}

/// <summary>A machine deployment and its bounds.</summary>
public sealed record MachineDeployment : ApiType
{
    /// <summary>Name of the machine deployment.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Least machines.</summary>
    [Required]
    public int Minimum { get; init; }

    /// <summary>Most machines.</summary>
    [Required]
    public int Maximum { get; init; }

    /// <summary>Higher values grow first.</summary>
    public int? Priority { get; init; }

    /// <summary>Failed machines that are preserved without asking.</summary>
    public int? AutoPreserveFailedMachineMax { get; init; }
}

/// <summary>State of updates in place.</summary>
public sealed record InPlaceUpdatesWorkerStatus : ApiType
{
    /// <summary>Hash of every pool as the nodes have it.</summary>
    public IReadOnlyDictionary<string, string>? WorkerPoolToHashMap { get; init; }
}
