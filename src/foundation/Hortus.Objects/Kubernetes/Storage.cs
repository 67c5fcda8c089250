namespace Hortus.Objects.Kubernetes;

/// <summary>A way to make volumes.</summary>
[KubernetesResource("storage.k8s.io", "v1", "StorageClass", "storageclasses", ShortNames = "sc", Namespaced = false)]
public sealed record StorageClass : KubernetesObject
{
    [Required]
    public string Provisioner { get => field ?? ""; init; }

    public IReadOnlyDictionary<string, string>? Parameters { get; init; }

    [DefaultJson("\"Delete\"")]
    public string? ReclaimPolicy { get; init; }

    public IReadOnlyList<string>? MountOptions { get; init; }

    public bool? AllowVolumeExpansion { get; init; }

    [DefaultJson("\"Immediate\"")]
    public string? VolumeBindingMode { get; init; }

    public IReadOnlyList<TopologySelectorTerm>? AllowedTopologies { get; init; }
}

/// <summary>Where volumes may be made.</summary>
[AtomicMap]
public sealed record TopologySelectorTerm : ApiType
{
    public IReadOnlyList<TopologySelectorLabelRequirement>? MatchLabelExpressions { get; init; }
}

/// <summary>Allowed values of a label.</summary>
public sealed record TopologySelectorLabelRequirement : ApiType
{
    [Required]
    public string Key { get => field ?? ""; init; }

    [Required]
    public IReadOnlyList<string> Values { get => field ??= []; init; }
}

/// <summary>A storage driver of the cluster.</summary>
[KubernetesResource("storage.k8s.io", "v1", "CSIDriver", "csidrivers", Namespaced = false)]
public sealed record CSIDriver : KubernetesObject
{
    public JsonObjectSpec Spec { get => field ??= new JsonObjectSpec(); init; }
}

/// <summary>The storage drivers on a node.</summary>
[KubernetesResource("storage.k8s.io", "v1", "CSINode", "csinodes", Namespaced = false)]
public sealed record CSINode : KubernetesObject
{
    public JsonObjectSpec Spec { get => field ??= new JsonObjectSpec(); init; }
}

/// <summary>A volume that should be attached to a node.</summary>
[KubernetesResource("storage.k8s.io", "v1", "VolumeAttachment", "volumeattachments", Namespaced = false,
    HasStatus = true)]
public sealed record VolumeAttachment : KubernetesObject
{
    public VolumeAttachmentSpec Spec { get => field ??= new VolumeAttachmentSpec(); init; }

    public VolumeAttachmentStatus Status { get => field ??= new VolumeAttachmentStatus(); init; }
}

/// <summary>What should be attached where.</summary>
public sealed record VolumeAttachmentSpec : ApiType
{
    [Required]
    public string Attacher { get => field ?? ""; init; }

    [Required]
    public VolumeAttachmentSource Source { get => field ??= new VolumeAttachmentSource(); init; }

    [Required]
    public string NodeName { get => field ?? ""; init; }
}

/// <summary>The volume.</summary>
public sealed record VolumeAttachmentSource : ApiType
{
    public string? PersistentVolumeName { get; init; }

    public PersistentVolumeSpec? InlineVolumeSpec { get; init; }
}

/// <summary>Whether it is.</summary>
public sealed record VolumeAttachmentStatus : ApiType
{
    public bool Attached { get; init; }

    public IReadOnlyDictionary<string, string>? AttachmentMetadata { get; init; }

    public VolumeError? AttachError { get; init; }

    public VolumeError? DetachError { get; init; }
}

/// <summary>Why it failed.</summary>
public sealed record VolumeError : ApiType
{
    public DateTimeOffset? Time { get; init; }

    public string? Message { get; init; }

    public int? ErrorCode { get; init; }
}

/// <summary>A spec whose fields our code passes through unread.</summary>
[PreserveUnknownFields]
public sealed record JsonObjectSpec : ApiType
{

}
