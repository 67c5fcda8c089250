namespace Hortus.Objects.Kubernetes;

/// <summary>What a pod should be.</summary>
public sealed record PodSpec : ApiType
{
    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name", RetainKeys = true)]
    public IReadOnlyList<Volume>? Volumes { get; init; }

    /// <summary>
    /// Run one after the other before the containers; those with restartPolicy Always go on beside them.
    /// </summary>
    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<Container>? InitContainers { get; init; }

    [Required, ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<Container> Containers { get => field ??= []; init; }

    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<EphemeralContainer>? EphemeralContainers { get; init; }

    [DefaultJson("\"Always\""), AllowedValues("Always", "OnFailure", "Never")]
    public string? RestartPolicy { get; init; }

    /// <summary>Seconds between the polite and the forced end of the containers.</summary>
    [DefaultJson("30")]
    public long? TerminationGracePeriodSeconds { get; init; }

    public long? ActiveDeadlineSeconds { get; init; }

    [DefaultJson("\"ClusterFirst\""), AllowedValues("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None")]
    public string? DnsPolicy { get; init; }

    [AtomicMap]
    public IReadOnlyDictionary<string, string>? NodeSelector { get; init; }

    public string? ServiceAccountName { get; init; }

    /// <summary>Old name of <see cref="ServiceAccountName"/>; the server keeps both equal.</summary>
    public string? ServiceAccount { get; init; }

    public bool? AutomountServiceAccountToken { get; init; }

    /// <summary>Node that runs the pod; absent until it is scheduled.</summary>
    public string? NodeName { get; init; }

    public bool? HostNetwork { get; init; }

    public bool? HostPID { get; init; }

    public bool? HostIPC { get; init; }

    public bool? ShareProcessNamespace { get; init; }

    [DefaultJson("{}")]
    public PodSecurityContext? SecurityContext { get; init; }

    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<LocalObjectReference>? ImagePullSecrets { get; init; }

    public string? Hostname { get; init; }

    public string? Subdomain { get; init; }

    public Affinity? Affinity { get; init; }

    [DefaultJson("\"default-scheduler\"")]
    public string? SchedulerName { get; init; }

    public IReadOnlyList<Toleration>? Tolerations { get; init; }

    [ListMap("ip"), PatchStrategy(Merge = true, MergeKey = "ip")]
    public IReadOnlyList<HostAlias>? HostAliases { get; init; }

    public string? PriorityClassName { get; init; }

    public int? Priority { get; init; }

    public PodDNSConfig? DnsConfig { get; init; }

    public IReadOnlyList<PodReadinessGate>? ReadinessGates { get; init; }

    public string? RuntimeClassName { get; init; }

    public bool? EnableServiceLinks { get; init; }

    public string? PreemptionPolicy { get; init; }

    public IReadOnlyDictionary<string, Quantity>? Overhead { get; init; }

    [ListMap("topologyKey", "whenUnsatisfiable"), PatchStrategy(Merge = true, MergeKey = "topologyKey")]
    public IReadOnlyList<TopologySpreadConstraint>? TopologySpreadConstraints { get; init; }

    public bool? SetHostnameAsFQDN { get; init; }

    public PodOS? Os { get; init; }

    public bool? HostUsers { get; init; }

    [ListMap("name"), PatchStrategy(Merge = true, MergeKey = "name")]
    public IReadOnlyList<PodSchedulingGate>? SchedulingGates { get; init; }

    public ResourceRequirements? Resources { get; init; }
}

/// <summary>The pods that a workload makes.</summary>
public sealed record PodTemplateSpec : ApiType
{
    public ObjectMeta Metadata { get => field ??= new ObjectMeta(); init; }

    public PodSpec Spec { get => field ??= new PodSpec(); init; }
}

/// <summary>Names an object in the same namespace.</summary>
[AtomicMap]
public sealed record LocalObjectReference : ApiType
{
    public string Name { get => field ?? ""; init; }
}

/// <summary>Extra names of an address in the pod's hosts file.</summary>
public sealed record HostAlias : ApiType
{
    [Required]
    public string Ip { get => field ?? ""; init; }

    public IReadOnlyList<string>? Hostnames { get; init; }
}

/// <summary>A condition that must be True before the pod counts as ready.</summary>
public sealed record PodReadinessGate : ApiType
{
    [Required]
    public string ConditionType { get => field ?? ""; init; }
}

/// <summary>Operating system of the pod.</summary>
public sealed record PodOS : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }
}

/// <summary>While any is present the scheduler leaves the pod alone.</summary>
public sealed record PodSchedulingGate : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }
}

/// <summary>Resolver settings beyond the policy.</summary>
public sealed record PodDNSConfig : ApiType
{
    public IReadOnlyList<string>? Nameservers { get; init; }

    public IReadOnlyList<string>? Searches { get; init; }

    public IReadOnlyList<PodDNSConfigOption>? Options { get; init; }
}

/// <summary>One resolver option.</summary>
public sealed record PodDNSConfigOption : ApiType
{
    public string? Name { get; init; }

    public string? Value { get; init; }
}

/// <summary>Security settings of all containers of a pod.</summary>
public sealed record PodSecurityContext : ApiType
{
    public SELinuxOptions? SeLinuxOptions { get; init; }

    public long? RunAsUser { get; init; }

    public long? RunAsGroup { get; init; }

    public bool? RunAsNonRoot { get; init; }

    public IReadOnlyList<long>? SupplementalGroups { get; init; }

    public string? SupplementalGroupsPolicy { get; init; }

    /// <summary>Group that owns the pod's volumes.</summary>
    public long? FsGroup { get; init; }

    public string? FsGroupChangePolicy { get; init; }

    public IReadOnlyList<Sysctl>? Sysctls { get; init; }

    public SeccompProfile? SeccompProfile { get; init; }

    public AppArmorProfile? AppArmorProfile { get; init; }
}

/// <summary>A kernel parameter of the pod.</summary>
public sealed record Sysctl : ApiType
{
    [Required]
    public string Name { get => field ?? ""; init; }

    [Required]
    public string Value { get => field ?? ""; init; }
}

/// <summary>Filter of system calls.</summary>
public sealed record SeccompProfile : ApiType
{
    [Required, AllowedValues("Unconfined", "RuntimeDefault", "Localhost")]
    public string Type { get => field ?? ""; init; }

    public string? LocalhostProfile { get; init; }
}

/// <summary>AppArmor confinement.</summary>
public sealed record AppArmorProfile : ApiType
{
    [Required, AllowedValues("Unconfined", "RuntimeDefault", "Localhost")]
    public string Type { get => field ?? ""; init; }

    public string? LocalhostProfile { get; init; }
}

/// <summary>SELinux label.</summary>
public sealed record SELinuxOptions : ApiType
{
    public string? User { get; init; }

    public string? Role { get; init; }

    public string? Type { get; init; }

    public string? Level { get; init; }
}
