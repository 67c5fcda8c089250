using System.Text.Json.Serialization;
using Hortus.Objects.Gardener.Core;
using Hortus.Objects.Kubernetes;

namespace Hortus.Objects.Gardener.Extensions;

/// <summary>Files and units for the machines of a worker pool.</summary>
[KubernetesResource("extensions.gardener.cloud", "v1alpha1", "OperatingSystemConfig", "operatingsystemconfigs",
    HasStatus = true, ShortNames = "osc")]
[PrinterColumn("Type", "string", ".spec.type", Description = "type of the operating system")]
[PrinterColumn("Purpose", "string", ".spec.purpose", Description = "what the configuration is for")]
[PrinterColumn("Status", "string", ".status.lastOperation.state", Description = "state of the last operation")]
[PrinterColumn("Age", "date", ".metadata.creationTimestamp")]
public sealed record OperatingSystemConfig : ExtensionObject
{
    /// <summary>What is wanted.</summary>
    [Required]
    public OperatingSystemConfigSpec Spec { get => field ??= new OperatingSystemConfigSpec(); init; }

    /// <summary>What the extension reports.</summary>
    public OperatingSystemConfigStatus? Status { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultSpec ExtensionSpec => Spec;

    /// <inheritdoc/>
    [JsonIgnore]
    public override DefaultStatus ExtensionStatus => Status ?? new OperatingSystemConfigStatus();

    /// <inheritdoc/>
    public override ExtensionObject WithStatus(DefaultStatus status) =>
        this with { Status = (OperatingSystemConfigStatus)status };
}

/// <summary>The configuration that is wanted.</summary>
public sealed record OperatingSystemConfigSpec : DefaultSpec
{
    /// <summary>Container runtime.</summary>
    public CRIConfig? CriConfig { get; init; }

    /// <summary>provision (first start of a machine) or reconcile (a running node).</summary>
    [Required]
    public string Purpose { get => field ?? ""; init; }

    /// <summary>systemd units.</summary>
    [PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<Unit>? Units { get; init; }

    /// <summary>Files.</summary>
    [PatchStrategy(Merge = true, MergeKey = "path")]
    public IReadOnlyList<File>? Files { get; init; }

    /// <summary>What an update in place leads to.</summary>
    public OperatingSystemConfigInPlaceUpdates? InPlaceUpdates { get; init; }
}

/// <summary>What an update in place leads to.</summary>
public sealed record OperatingSystemConfigInPlaceUpdates : ApiType
{
    /// <summary>Version of the operating system.</summary>
    [Required]
    public string OperatingSystemVersion { get => field ?? ""; init; }

    /// <summary>Version of the kubelet.</summary>
    [Required]
    public string Kubelet { get => field ?? ""; init; }

    /// <summary>Rotations that nodes take part in.</summary>
    public OperatingSystemConfigCredentialsRotation? CredentialsRotation { get; init; }
}

/// <summary>Rotations that nodes take part in.</summary>
public sealed record OperatingSystemConfigCredentialsRotation : ApiType
{
    /// <summary>Certificate authorities.</summary>
    public OperatingSystemConfigRotation? CertificateAuthorities { get; init; }

    /// <summary>Key of service account tokens.</summary>
    public OperatingSystemConfigRotation? ServiceAccountKey { get; init; }
}

/// <summary>Start of a rotation.</summary>
public sealed record OperatingSystemConfigRotation : ApiType
{
    /// <summary>When it was last started.</summary>
    public DateTimeOffset? LastInitiationTime { get; init; }
}

/// <summary>A systemd unit.</summary>
public sealed record Unit : ApiType
{
    /// <summary>Name of the unit.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>What is done with the unit: start, restart or stop; restart when absent.</summary>
    public string? Command { get; init; }

    /// <summary>Whether the unit is enabled.</summary>
    public bool? Enable { get; init; }

    /// <summary>Text of the unit file.</summary>
    public string? Content { get; init; }

    /// <summary>Drop-in files.</summary>
    [PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<DropIn>? DropIns { get; init; }

    /// <summary>Files whose change restarts the unit.</summary>
    public IReadOnlyList<string>? FilePaths { get; init; }
}

/// <summary>A drop-in file of a unit.</summary>
public sealed record DropIn : ApiType
{
    /// <summary>Name of the file.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>Text of the file.</summary>
    [Required]
    public string Content { get => field ?? ""; init; }
}

/// <summary>A file on a node.</summary>
public sealed record File : ApiType
{
    /// <summary>Absolute path.</summary>
    [Required]
    public string Path { get => field ?? ""; init; }

    /// <summary>Mode bits; 0644 when absent.</summary>
    public int? Permissions { get; init; }

    /// <summary>Where the content comes from.</summary>
    [Required]
    public FileContent Content { get => field ??= new FileContent(); init; }

    /// <summary>Only on the node with this name.</summary>
    public string? HostName { get; init; }
}

/// <summary>Content of a file; one of the sources is set.</summary>
public sealed record FileContent : ApiType
{
    /// <summary>From a Secret.</summary>
    public FileContentSecretRef? SecretRef { get; init; }

    /// <summary>From this object.</summary>
    public FileContentInline? Inline { get; init; }

    /// <summary>Whether the content goes into user data as it is.</summary>
    public bool? TransmitUnencoded { get; init; }

    /// <summary>From an image.</summary>
    public FileContentImageRef? ImageRef { get; init; }
}

/// <summary>A key of a Secret in the object's namespace.</summary>
public sealed record FileContentSecretRef : ApiType
{
    /// <summary>Name of the Secret.</summary>
    [Required]
    public string Name { get => field ?? ""; init; }

    /// <summary>The key.</summary>
    [Required]
    public string DataKey { get => field ?? ""; init; }
}

/// <summary>Content in the object itself.</summary>
public sealed record FileContentInline : ApiType
{
    /// <summary>b64, or empty for plain text.</summary>
    [Required]
    public string Encoding { get => field ?? ""; init; }

    /// <summary>The content.</summary>
    [Required]
    public string Data { get => field ?? ""; init; }
}

/// <summary>A file of an image.</summary>
public sealed record FileContentImageRef : ApiType
{
    /// <summary>The image.</summary>
    [Required]
    public string Image { get => field ?? ""; init; }

    /// <summary>Path of the file in the image.</summary>
    [Required]
    public string FilePathInImage { get => field ?? ""; init; }
}

/// <summary>What became of the configuration.</summary>
public sealed record OperatingSystemConfigStatus : DefaultStatus
{
    /// <summary>Units that the extension adds.</summary>
    [PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<Unit>? ExtensionUnits { get; init; }

    /// <summary>Files that the extension adds.</summary>
    [PatchStrategy(Merge = true, MergeKey = "path")]
    public IReadOnlyList<File>? ExtensionFiles { get; init; }

    /// <summary>User data for new machines; for the purpose provision.</summary>
    public CloudConfig? CloudConfig { get; init; }

    /// <summary>How the operating system is updated in place.</summary>
    public InPlaceUpdatesStatus? InPlaceUpdates { get; init; }
}

/// <summary>User data for new machines.</summary>
public sealed record CloudConfig : ApiType
{
    /// <summary>Secret with the key cloud_config.</summary>
    [Required]
    public SecretReference SecretRef { get => field ??= new SecretReference(); init; }
}

/// <summary>How an operating system is updated in place.</summary>
public sealed record InPlaceUpdatesStatus : ApiType
{
    /// <summary>The update command.</summary>
    public OSUpdate? OsUpdate { get; init; }
}

/// <summary>The command that updates an operating system.</summary>
public sealed record OSUpdate : ApiType
{
    /// <summary>The program.</summary>
    [Required]
    public string Command { get => field ?? ""; init; }

    /// <summary>Its arguments.</summary>
    public IReadOnlyList<string>? Args { get; init; }
}
