namespace Hortus.Objects.Kubernetes;

/// <summary>How many pods may be away at once.</summary>
[KubernetesResource("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", ShortNames = "pdb",
    HasStatus = true)]
public sealed record PodDisruptionBudget : KubernetesObject
{
    public PodDisruptionBudgetSpec Spec { get => field ??= new PodDisruptionBudgetSpec(); init; }

    public PodDisruptionBudgetStatus Status { get => field ??= new PodDisruptionBudgetStatus(); init; }
}

/// <summary>The bound; minAvailable or maxUnavailable.</summary>
public sealed record PodDisruptionBudgetSpec : ApiType
{
    public IntOrString? MinAvailable { get; init; }

    public LabelSelector? Selector { get; init; }

    public IntOrString? MaxUnavailable { get; init; }

    public string? UnhealthyPodEvictionPolicy { get; init; }
}

/// <summary>Where the bound stands.</summary>
public sealed record PodDisruptionBudgetStatus : ApiType
{
    public long? ObservedGeneration { get; init; }

    public IReadOnlyDictionary<string, DateTimeOffset>? DisruptedPods { get; init; }

    public int DisruptionsAllowed { get; init; }

    public int CurrentHealthy { get; init; }

    public int DesiredHealthy { get; init; }

    public int ExpectedPods { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<Condition>? Conditions { get; init; }
}

/// <summary>Asks to remove a pod within its budget (subresource of pods).</summary>
[KubernetesResource("policy", "v1", "Eviction", "evictions")]
public sealed record Eviction : KubernetesObject
{
    public DeleteRequest? DeleteOptions { get; init; }
}
