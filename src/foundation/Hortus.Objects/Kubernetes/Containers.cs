using System.Text.Json.Serialization;

namespace Hortus.Objects.Kubernetes;

/// <summary>One program of a pod.</summary>
public sealed record Container : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    public string? Image { get; init; }

    /// <summary>Replaces the entry point of the image.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public string? WorkingDir { get; init; }

    [ListMap("containerPort", "protocol"), PatchStrategy(Merge = true, MergeKey = "containerPort")]
    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    public IReadOnlyList<EnvFromSource>? EnvFrom { get; init; }

    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<EnvVar>? Env { get; init; }

    public ResourceRequirements? Resources { get; init; }

    public IReadOnlyList<ContainerResizePolicy>? ResizePolicy { get; init; }

    /// <summary>Init containers only: <c>Always</c> makes a side car.</summary>
    public string? RestartPolicy { get; init; }

    [ListMap("mountPath"), PatchStrategy(Merge = true, MergeKey = "mountPath")]
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }

    [ListMap("devicePath"), PatchStrategy(Merge = true, MergeKey = "devicePath")]
    public IReadOnlyList<VolumeDevice>? VolumeDevices { get; init; }

    public Probe? LivenessProbe { get; init; }

    public Probe? ReadinessProbe { get; init; }

    public Probe? StartupProbe { get; init; }

    public Lifecycle? Lifecycle { get; init; }

    [DefaultJson("\"/dev/termination-log\"")]
    public string? TerminationMessagePath { get; init; }

    [DefaultJson("\"File\""), AllowedValues("File", "FallbackToLogsOnError")]
    public string? TerminationMessagePolicy { get; init; }

    /// <summary>Default depends on the tag: Always for <c>latest</c> or none, else IfNotPresent.</summary>
    [AllowedValues("Always", "IfNotPresent", "Never")]
    public string? ImagePullPolicy { get; init; }

    public SecurityContext? SecurityContext { get; init; }

    public bool? Stdin { get; init; }

    public bool? StdinOnce { get; init; }

    public bool? Tty { get; init; }
}

/// <summary>A container added to a running pod for debugging.</summary>
public sealed record EphemeralContainer : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    public string? Image { get; init; }

    public IReadOnlyList<string>? Command { get; init; }

    public IReadOnlyList<string>? Args { get; init; }

    public string? WorkingDir { get; init; }

    [ListMap("containerPort", "protocol"), PatchStrategy(Merge = true, MergeKey = "containerPort")]
    public IReadOnlyList<ContainerPort>? Ports { get; init; }

    public IReadOnlyList<EnvFromSource>? EnvFrom { get; init; }

    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<EnvVar>? Env { get; init; }

    public ResourceRequirements? Resources { get; init; }

    [ListMap("mountPath"), PatchStrategy(Merge = true, MergeKey = "mountPath")]
    public IReadOnlyList<VolumeMount>? VolumeMounts { get; init; }

    public Lifecycle? Lifecycle { get; init; }

    [DefaultJson("\"/dev/termination-log\"")]
    public string? TerminationMessagePath { get; init; }

    [DefaultJson("\"File\"")]
    public string? TerminationMessagePolicy { get; init; }

    public string? ImagePullPolicy { get; init; }

    public SecurityContext? SecurityContext { get; init; }

    public bool? Stdin { get; init; }

    public bool? StdinOnce { get; init; }

    public bool? Tty { get; init; }

    public string? TargetContainerName { get; init; }
}

/// <summary>A port that a container listens on.</summary>
public sealed record ContainerPort : ApiType
{
    public string? Name { get; init; }

    public int? HostPort { get; init; }

    /// <summary>The port; named so because a C# member cannot have its type's name.</summary>
    [JsonPropertyName("containerPort")]
    [Required]
    public int Port { get; init; }

    [DefaultJson("\"TCP\"")]
    public string? Protocol { get; init; }

    public string? HostIP { get; init; }
}

/// <summary>Whether a resize needs a restart.</summary>
public sealed record ContainerResizePolicy : ApiType
{
    [Required]
    public string ResourceName { get => field ?? ""; init; }

    [Required]
    public string RestartPolicy { get => field ?? ""; init; }
}

/// <summary>Compute resources of a container.</summary>
public sealed record ResourceRequirements : ApiType
{
    public IReadOnlyDictionary<string, Quantity>? Limits { get; init; }

    public IReadOnlyDictionary<string, Quantity>? Requests { get; init; }

    [ListMap("name")]
    public IReadOnlyList<ResourceClaim>? Claims { get; init; }
}

/// <summary>Names a resource claim of the pod.</summary>
public sealed record ResourceClaim : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    public string? Request { get; init; }
}

/// <summary>Where a volume appears in a container.</summary>
public sealed record VolumeMount : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    public bool? ReadOnly { get; init; }

    public string? RecursiveReadOnly { get; init; }

    [Required]
    public string MountPath { get => field ?? ""; init; }

    public string? SubPath { get; init; }

    public string? MountPropagation { get; init; }

    public string? SubPathExpr { get; init; }
}

/// <summary>Where a raw device appears in a container.</summary>
public sealed record VolumeDevice : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public string DevicePath { get => field ?? ""; init; }
}

/// <summary>Security settings of one container; they win over those of the pod.</summary>
public sealed record SecurityContext : ApiType
{
    public Capabilities? Capabilities { get; init; }

    public bool? Privileged { get; init; }

    public SELinuxOptions? SeLinuxOptions { get; init; }

    public long? RunAsUser { get; init; }

    public long? RunAsGroup { get; init; }

    public bool? RunAsNonRoot { get; init; }

    public bool? ReadOnlyRootFilesystem { get; init; }

    public bool? AllowPrivilegeEscalation { get; init; }

    public string? ProcMount { get; init; }

    public SeccompProfile? SeccompProfile { get; init; }

    public AppArmorProfile? AppArmorProfile { get; init; }
}

/// <summary>Linux capabilities to add and drop.</summary>
public sealed record Capabilities : ApiType
{
    public IReadOnlyList<string>? Add { get; init; }

    public IReadOnlyList<string>? Drop { get; init; }
}
