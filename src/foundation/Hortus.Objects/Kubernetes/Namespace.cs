namespace Hortus.Objects.Kubernetes;

/// <summary>A scope for names.</summary>
[KubernetesResource("", "v1", "Namespace", "namespaces", ShortNames = "ns", Namespaced = false, HasStatus = true)]
public sealed record Namespace : KubernetesObject
{
    public NamespaceSpec Spec { get => field ??= new NamespaceSpec(); init; }

    public NamespaceStatus Status { get => field ??= new NamespaceStatus(); init; }
}

/// <summary>Who must clear the namespace before it goes.</summary>
public sealed record NamespaceSpec : ApiType
{
    public IReadOnlyList<string>? Finalizers { get; init; }
}

/// <summary>Where the namespace stands.</summary>
public sealed record NamespaceStatus : ApiType
{
    /// <summary><c>Active</c> or <c>Terminating</c>.</summary>
    public string? Phase { get; init; }

    [ListMap("type"), PatchStrategy(Merge = true, MergeKey = "type")]
    public IReadOnlyList<NamespaceCondition>? Conditions { get; init; }
}

/// <summary>One observation about a namespace.</summary>
public sealed record NamespaceCondition : ApiType, ICondition<NamespaceCondition>
{
    [Required]
    public string Type { get => field ?? ""; init; }

    [Required]
    public string Status { get => field ?? ""; init; }

    public DateTimeOffset? LastTransitionTime { get; init; }

    public string? Reason { get; init; }

    public string? Message { get; init; }

    NamespaceCondition ICondition<NamespaceCondition>.WithTransitionTime(DateTimeOffset? time) =>
        this with { LastTransitionTime = time };
}
