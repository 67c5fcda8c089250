namespace Hortus.Objects.Kubernetes;

/// <summary>A rank for pods.</summary>
[KubernetesResource("scheduling.k8s.io", "v1", "PriorityClass", "priorityclasses", ShortNames = "pc",
    Namespaced = false)]
public sealed record PriorityClass : KubernetesObject
{
    [Required]
    public int Value { get; init; }

    public bool? GlobalDefault { get; init; }

    public string? Description { get; init; }

    [DefaultJson("\"PreemptLowerPriority\"")]
    public string? PreemptionPolicy { get; init; }
}
