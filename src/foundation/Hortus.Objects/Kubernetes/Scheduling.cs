namespace Hortus.Objects.Kubernetes;

/// <summary>Rules on which nodes a pod may or should run.</summary>
public sealed record Affinity : ApiType
{
    public NodeAffinity? NodeAffinity { get; init; }

    public PodAffinity? PodAffinity { get; init; }

    public PodAntiAffinity? PodAntiAffinity { get; init; }
}

/// <summary>Rules by node labels.</summary>
public sealed record NodeAffinity : ApiType
{
    public NodeSelector? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    public IReadOnlyList<PreferredSchedulingTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}

/// <summary>Matches when one of the terms matches.</summary>
[AtomicMap]
public sealed record NodeSelector : ApiType
{
    [Required]
    public IReadOnlyList<NodeSelectorTerm> NodeSelectorTerms { get => field ??= []; init; }
}

/// <summary>Matches when all requirements match; an empty term matches nothing.</summary>
[AtomicMap]
public sealed record NodeSelectorTerm : ApiType
{
    public IReadOnlyList<NodeSelectorRequirement>? MatchExpressions { get; init; }

    public IReadOnlyList<NodeSelectorRequirement>? MatchFields { get; init; }
}

/// <summary>One requirement on a node label or field.</summary>
public sealed record NodeSelectorRequirement : ApiType
{
    [Required]
    public string Key { get => field ?? ""; init; }

    [Required, AllowedValues("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")]
    public string Operator { get => field ?? ""; init; }

    public IReadOnlyList<string>? Values { get; init; }
}

/// <summary>A wish with a weight from 1 to 100.</summary>
public sealed record PreferredSchedulingTerm : ApiType
{
    [Required]
    public int Weight { get; init; }

    [Required]
    public NodeSelectorTerm Preference { get => field ??= new NodeSelectorTerm(); init; }
}

/// <summary>Run near pods that match.</summary>
public sealed record PodAffinity : ApiType
{
    public IReadOnlyList<PodAffinityTerm>? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    public IReadOnlyList<WeightedPodAffinityTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}

/// <summary>Run away from pods that match.</summary>
public sealed record PodAntiAffinity : ApiType
{
    public IReadOnlyList<PodAffinityTerm>? RequiredDuringSchedulingIgnoredDuringExecution { get; init; }

    public IReadOnlyList<WeightedPodAffinityTerm>? PreferredDuringSchedulingIgnoredDuringExecution { get; init; }
}

/// <summary>A wish with a weight from 1 to 100.</summary>
public sealed record WeightedPodAffinityTerm : ApiType
{
    [Required]
    public int Weight { get; init; }

    [Required]
    public PodAffinityTerm PodAffinityTerm { get => field ??= new PodAffinityTerm(); init; }
}

/// <summary>Pods by label in a domain of nodes that share a label value.</summary>
public sealed record PodAffinityTerm : ApiType
{
    public LabelSelector? LabelSelector { get; init; }

    public IReadOnlyList<string>? Namespaces { get; init; }

    [Required]
    public string TopologyKey { get => field ?? ""; init; }

    public LabelSelector? NamespaceSelector { get; init; }

    public IReadOnlyList<string>? MatchLabelKeys { get; init; }

    public IReadOnlyList<string>? MismatchLabelKeys { get; init; }
}

/// <summary>Lets a pod run on nodes with a matching taint.</summary>
public sealed record Toleration : ApiType
{
    /// <summary>Absent means every key.</summary>
    public string? Key { get; init; }

    /// <summary>Absent means Equal.</summary>
    [AllowedValues("Exists", "Equal")]
    public string? Operator { get; init; }

    public string? Value { get; init; }

    /// <summary>Absent means every effect.</summary>
    public string? Effect { get; init; }

    /// <summary>Seconds that a NoExecute taint is endured; absent means for ever.</summary>
    public long? TolerationSeconds { get; init; }
}

/// <summary>Spreads pods evenly over a domain.</summary>
public sealed record TopologySpreadConstraint : ApiType
{
    [Required]
    public int MaxSkew { get; init; }

    [Required]
    public string TopologyKey { get => field ?? ""; init; }

    [Required]
    public string WhenUnsatisfiable { get => field ?? ""; init; }

    public LabelSelector? LabelSelector { get; init; }

    public int? MinDomains { get; init; }

    public string? NodeAffinityPolicy { get; init; }

    public string? NodeTaintsPolicy { get; init; }

    public IReadOnlyList<string>? MatchLabelKeys { get; init; }
}

/// <summary>Keeps pods without a matching toleration away from a node.</summary>
public sealed record Taint : ApiType
{
    [Required]
    public string Key { get => field ?? ""; init; }

    public string? Value { get; init; }

    [Required, AllowedValues("NoSchedule", "PreferNoSchedule", "NoExecute")]
    public string Effect { get => field ?? ""; init; }

    public DateTimeOffset? TimeAdded { get; init; }
}
