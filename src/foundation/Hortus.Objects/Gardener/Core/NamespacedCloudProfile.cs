using System.Text.Json;

namespace Hortus.Objects.Gardener.Core;

/// <summary>A project's own variant of a CloudProfile.</summary>
[KubernetesResource("core.gardener.cloud", "v1beta1", "NamespacedCloudProfile", "namespacedcloudprofiles",
    HasStatus = true, ShortNames = "nscpfl")]
[PrinterColumn("Parent", "string", ".spec.parent.name")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record NamespacedCloudProfile : KubernetesObject
{
    /// <summary>The parent and what differs from it.</summary>
    public NamespacedCloudProfileSpec Spec { get => field ??= new NamespacedCloudProfileSpec(); init; }

    /// <summary>The effective profile.</summary>
    public NamespacedCloudProfileStatus? Status { get; init; }
}

/// <summary>The parent profile and what differs from it.</summary>
public sealed record NamespacedCloudProfileSpec : ApiType
{
    /// <summary>Certificates (PEM) to install on every machine.</summary>
    public string? CaBundle { get; init; }

    /// <summary>Other expiration dates of the parent's Kubernetes versions.</summary>
    public KubernetesSettings? Kubernetes { get; init; }

    /// <summary>Further machine images and versions, or other expiration dates.</summary>
    public IReadOnlyList<MachineImage>? MachineImages { get; init; }

    /// <summary>Further machine types.</summary>
    public IReadOnlyList<MachineType>? MachineTypes { get; init; }

    /// <summary>Further volume types.</summary>
    public IReadOnlyList<VolumeType>? VolumeTypes { get; init; }

    /// <summary>The CloudProfile on which this one builds; fixed.</summary>
    [Required]
    public CloudProfileReference Parent { get => field ??= new CloudProfileReference(); init; }

    /// <summary>Configuration for the provider extension.</summary>
    [PreserveUnknownFields]
    public JsonElement? ProviderConfig { get; init; }

    /// <summary>Upper bounds for shoots of this profile.</summary>
    public Limits? Limits { get; init; }
}

/// <summary>The effective profile.</summary>
public sealed record NamespacedCloudProfileStatus : ApiType
{
    /// <summary>Parent and own entries together.</summary>
    public CloudProfileSpec CloudProfileSpec { get => field ??= new CloudProfileSpec(); init; }

    /// <summary>The generation that was handled last.</summary>
    public long? ObservedGeneration { get; init; }
}

/// <summary>Names a CloudProfile or NamespacedCloudProfile.</summary>
public sealed record CloudProfileReference : ApiType
{
    /// <summary>CloudProfile or NamespacedCloudProfile.</summary>
    [Required]
    public string Kind { get => field ?? ""; init; }

    /// <summary>Name of the profile.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }
}
