using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Hortus.Objects.Gardener.Core;

/// <summary>What an infrastructure offers to shoots: regions, machine types, images and Kubernetes
/// versions.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "CloudProfile", "cloudprofiles",
    Namespaced = false, HasStatus = true, ShortNames = "cprofile,cpfl")]
[PrinterColumn("Type", "string", ".spec.type")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record CloudProfile : KubernetesObject
{
    /// <summary>The offer.</summary>
    public CloudProfileSpec Spec { get => field ??= new CloudProfileSpec(); init; }

    /// <summary>How versions are classified now.</summary>
    public CloudProfileStatus? Status { get; init; }
}

/// <summary>How the versions of a profile are classified now, by their lifecycles.</summary>
public sealed record CloudProfileStatus : ApiType
{
    /// <summary>Kubernetes versions.</summary>
    public KubernetesVersionsStatus? Kubernetes { get; init; }

    /// <summary>Machine images.</summary>
    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<MachineImageVersionsStatus>? MachineImages { get; init; }
}

/// <summary>How Kubernetes versions are classified now.</summary>
public sealed record KubernetesVersionsStatus : ApiType
{
    /// <summary>The versions.</summary>
    [ListMap("version"), PatchStrategy(Merge = true, MergeKey = "version")]
    public IReadOnlyList<VersionStatus>? Versions { get; init; }
}

/// <summary>How the versions of a machine image are classified now.</summary>
public sealed record MachineImageVersionsStatus : ApiType
{
    /// <summary>Name of the image.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>The versions.</summary>
    [ListMap("version"), PatchStrategy(Merge = true, MergeKey = "version")]
    public IReadOnlyList<VersionStatus>? Versions { get; init; }
}

/// <summary>How a version is classified now.</summary>
public sealed record VersionStatus : ApiType
{
    /// <summary>The version.</summary>
    [Required]
    public string Version { get => field ?? ""; init; }

    /// <summary>unavailable, preview, supported, deprecated or expired.</summary>
    [Required]
    public string Classification { get => field ?? ""; init; }
}

/// <summary>What an infrastructure offers to shoots.</summary>
public sealed record CloudProfileSpec : ApiType
{
    /// <summary>Certificates (PEM) to install on every machine.</summary>
    public string? CaBundle { get; init; }

    /// <summary>Kubernetes versions on offer.</summary>
    [Required]
    public KubernetesSettings Kubernetes { get => field ??= new KubernetesSettings(); init; }

    /// <summary>Machine images on offer.</summary>
    [Required]
    public IReadOnlyList<MachineImage> MachineImages { get => field ??= []; init; }

    /// <summary>Machine types on offer.</summary>
    [Required]
    public IReadOnlyList<MachineType> MachineTypes { get => field ??= []; init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Regions and their zones.</summary>
    [Required]
    public IReadOnlyList<Region> Regions { get => field ??= []; init; }

    /// <summary>Which seeds may host shoots of this profile.</summary>
    public SeedSelector? SeedSelector { get; init; }

    /// <summary>Provider type, such as local or aws.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }

    /// <summary>Volume types on offer.</summary>
    public IReadOnlyList<VolumeType>? VolumeTypes { get; init; }

    /// <summary>Machine type and image of bastions.</summary>
    public Bastion? Bastion { get; init; }

    /// <summary>Upper bounds for shoots of this profile.</summary>
    public Limits? Limits { get; init; }

    /// <summary>Capabilities that tell machine types and images apart.</summary>
    public IReadOnlyList<CapabilityDefinition>? MachineCapabilities { get; init; }
}

/// <summary>Kubernetes versions on offer.</summary>
public sealed record KubernetesSettings : ApiType
{
    /// <summary>The versions.</summary>
    [Required]
    public IReadOnlyList<ExpirableVersion> Versions { get => field ??= []; init; }
}

/// <summary>A version, its class and its end.</summary>
public sealed record ExpirableVersion : ApiType
{
    /// <summary>The version.</summary>
    [Required]
    public string Version { get => field ?? ""; init; }

    /// <summary>After this time the version is not offered to new clusters, and clusters are moved off it.</summary>
    public DateTimeOffset? ExpirationDate { get; init; }

    /// <summary>preview, supported or deprecated.</summary>
    public string? Classification { get; init; }

    /// <summary>Classes with their start times.</summary>
    public IReadOnlyList<LifecycleStage>? Lifecycle { get; init; }
}

/// <summary>From when a version has a class.</summary>
public sealed record LifecycleStage : ApiType
{
    /// <summary>unavailable, preview, supported, deprecated or expired.</summary>
    [Required]
    public string Classification { get => field ?? ""; init; }

    /// <summary>Start of the class; absent means from the beginning.</summary>
    public DateTimeOffset? StartTime { get; init; }
}

/// <summary>A machine image and its versions.</summary>
public sealed record MachineImage : ApiType
{
    /// <summary>Name of the image.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Versions of the image.</summary>
    [Required]
    public IReadOnlyList<MachineImageVersion> Versions { get => field ??= []; init; }

    /// <summary>How far an automatic update goes: patch, minor or major.</summary>
    public string? UpdateStrategy { get; init; }
}

/// <summary>A version of a machine image.</summary>
public sealed record MachineImageVersion : ApiType
{
    /// <summary>The version.</summary>
    [Required]
    public string Version { get => field ?? ""; init; }

    /// <summary>After this time the version is not offered to new worker pools.</summary>
    public DateTimeOffset? ExpirationDate { get; init; }

    /// <summary>preview, supported or deprecated.</summary>
    public string? Classification { get; init; }

    /// <summary>Classes with their start times.</summary>
    public IReadOnlyList<LifecycleStage>? Lifecycle { get; init; }

    /// <summary>Container runtime interfaces the image has.</summary>
    public IReadOnlyList<CRI>? Cri { get; init; }

    /// <summary>CPU architectures; amd64 when absent.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Range of kubelet versions the image works with, such as "&gt;= 1.30".</summary>
    public string? KubeletVersionConstraint { get; init; }

    /// <summary>Whether nodes can be updated to this version without being replaced.</summary>
    public InPlaceUpdates? InPlaceUpdates { get; init; }

    /// <summary>Variants of the version by capabilities.</summary>
    public IReadOnlyList<MachineImageFlavor>? CapabilityFlavors { get; init; }
}

/// <summary>A variant of a machine image version: capability names with the values it has.</summary>
public sealed record MachineImageFlavor : ApiType
{
    [JsonIgnore]

    public IReadOnlyDictionary<string, JsonElement> Capabilities =>
        UnknownFields?.AsReadOnly() ?? ReadOnlyDictionary<string, JsonElement>.Empty;
}

/// <summary>How a machine image version takes updates in place.</summary>
public sealed record InPlaceUpdates : ApiType
{
    /// <summary>Whether nodes can be updated to this version in place.</summary>
    [Required]
    public bool Supported { get; init; }

    /// <summary>Oldest version from which such an update works.</summary>
    public string? MinVersionForUpdate { get; init; }
}

/// <summary>A capability and all its values.</summary>
public sealed record CapabilityDefinition : ApiType
{
    /// <summary>Name of the capability, such as architecture.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>The possible values.</summary>
    [Required]
    public IReadOnlyList<string> Values { get => field ??= []; init; }
}

/// <summary>A machine type on offer.</summary>
public sealed record MachineType : ApiType
{
    /// <summary>Number of CPUs.</summary>
    [Required]
    public Quantity? Cpu { get; init; }

    /// <summary>Number of GPUs.</summary>
    [Required]
    public Quantity? Gpu { get; init; }

    /// <summary>Amount of memory.</summary>
    [Required]
    public Quantity? Memory { get; init; }

    /// <summary>Name of the type.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Root storage that comes with the type.</summary>
    public MachineTypeStorage? Storage { get; init; }

    /// <summary>Whether shoots may use the type; true when absent.</summary>
    public bool? Usable { get; init; }

    /// <summary>CPU architecture; amd64 when absent.</summary>
    public string? Architecture { get; init; }

    /// <summary>Capabilities of the type.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Capabilities { get; init; }

    /// <summary>Timings for machines of this type.</summary>
    public MachineTypeMachineControllerManagerSettings? MachineControllerManager { get; init; }
}

/// <summary>Root storage of a machine type.</summary>
public sealed record MachineTypeStorage : ApiType
{
    /// <summary>Class of the storage, such as standard.</summary>
    [Required]
    public string Class { get => field ?? ""; init; }

    /// <summary>Fixed size.</summary>
    public Quantity? Size { get; init; }

    /// <summary>Least size when the size can be chosen.</summary>
    public Quantity? MinSize { get; init; }

    /// <summary>Type of the storage.</summary>
    [Required]
    public string Type { get => field ?? ""; init; }
}

/// <summary>Timings for machines of a type.</summary>
public sealed record MachineTypeMachineControllerManagerSettings : ApiType
{
    /// <summary>How long a machine may take to join, such as 20m.</summary>
    public string? MachineCreationTimeout { get; init; }
}

/// <summary>A region and its zones.</summary>
public sealed record Region : ApiType
{
    /// <summary>Name of the region.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Zones of the region.</summary>
    public IReadOnlyList<AvailabilityZone>? Zones { get; init; }

    /// <summary>Labels, for tools.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>Access restrictions that can be used in the region.</summary>
    public IReadOnlyList<AccessRestriction>? AccessRestrictions { get; init; }
}

/// <summary>A zone of a region.</summary>
public sealed record AvailabilityZone : ApiType
{
    /// <summary>Name of the zone.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Machine types that the zone lacks.</summary>
    public IReadOnlyList<string>? UnavailableMachineTypes { get; init; }

    /// <summary>Volume types that the zone lacks.</summary>
    public IReadOnlyList<string>? UnavailableVolumeTypes { get; init; }
}

/// <summary>A volume type on offer.</summary>
public sealed record VolumeType : ApiType
{
    /// <summary>Class of the volume, such as standard.</summary>
    [Required]
    public string Class { get => field ?? ""; init; }

    /// <summary>Name of the type.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Whether shoots may use the type; true when absent.</summary>
    public bool? Usable { get; init; }

    /// <summary>Least size of a volume.</summary>
    public Quantity? MinSize { get; init; }
}

/// <summary>Machine type and image of bastions.</summary>
public sealed record Bastion : ApiType
{
    /// <summary>Image of bastions.</summary>
    public BastionMachineImage? MachineImage { get; init; }

    /// <summary>Machine type of bastions.</summary>
    public BastionMachineType? MachineType { get; init; }
}

/// <summary>Image of bastions.</summary>
public sealed record BastionMachineImage : ApiType
{
    /// <summary>Name of the image.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Version of the image; the newest when absent.</summary>
    public string? Version { get; init; }
}

/// <summary>Machine type of bastions.</summary>
public sealed record BastionMachineType : ApiType
{
    /// <summary>Name of the type.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }
}

/// <summary>Upper bounds for shoots.</summary>
public sealed record Limits : ApiType
{
    /// <summary>Most nodes that a shoot may have.</summary>
    public int? MaxNodesTotal { get; init; }
}
